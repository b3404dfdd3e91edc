"""Looks for secrets in every file that git knows; what looks like one and is none stands in `known.json` with its reason.

Always holds: a finding is known by its file and the digest of what was found, never by its line, so that moving code does
not hide one; what is known and no longer there is told as well.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings

ROOT: Final = Path(__file__).resolve().parents[2]
KNOWN: Final = Path(__file__).with_name("known.json")
MADE: Final = (
    "uv.lock",
    "services/portal/assets/package-lock.json",
    "contracts/schemas/",
    "tests/scans/known.json",
)
"""Files full of digests, made by tools from what is scanned."""

Finding = tuple[str, str, str]
"""File, kind, digest of what was found."""


def tracked() -> list[str]:
    """The files of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split("\0") if name and not name.startswith(MADE)]


def found_in(files: Iterable[Path]) -> Iterator[tuple[Finding, int]]:
    """What looks like a secret, with its line."""
    with default_settings():
        for path in files:
            for secret in scan_file(str(path)):
                name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
                yield (name, secret.type, secret.secret_hash), secret.line_number


def known() -> dict[Finding, str]:
    """What was looked at, with the reason why it is none."""
    return {
        (one["file"], one["kind"], one["digest"]): one["why"] for one in json.loads(KNOWN.read_text("utf-8"))
    }


def main() -> int:
    """Print what is new and what is gone; 1 when there is either."""
    found = dict(found_in(ROOT / name for name in tracked() if (ROOT / name).is_file()))
    accepted = known()
    for finding in sorted(set(found) - set(accepted)):
        print(f"{finding[0]}:{found[finding]}: {finding[1]} (digest {finding[2]})")
    for finding in sorted(set(accepted) - set(found)):
        print(
            f"{finding[0]}: {finding[1]} {finding[2]} is known and no longer there: take it off {KNOWN.name}"
        )
    return int(set(found) != set(accepted))


if __name__ == "__main__":
    sys.exit(main())
