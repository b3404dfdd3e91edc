"""Asks the public vulnerability services about what is installed, and says when they could not be asked.

Always holds: nothing is called free of known weaknesses that nobody answered for. An index that knows no
vulnerabilities (a mirror) makes pip-audit skip every package and still succeed; here that is 「not audited」.
Exit codes: 0 audited and nothing found, 1 something found, 3 not (wholly) audited.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
ASSETS: Final = ROOT / "services" / "portal" / "assets"
OURS: Final = ("tongxin", "tongxin-contracts")
FOUND, NOT_AUDITED = 1, 3


def python_packages(answer: dict[str, Any]) -> int:
    """Judge pip-audit's answer."""
    packages = [one for one in answer["dependencies"] if one["name"] not in OURS]
    skipped = [one for one in packages if "skip_reason" in one]
    weak = [one for one in packages if one.get("vulns")]
    for one in weak:
        for vulnerability in one["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            print(f"{one['name']} {one['version']}: {vulnerability['id']}, mended in {fixed}")
    print(
        f"Python: {len(packages) - len(skipped)} of {len(packages)} packages audited, {len(weak)} with known weaknesses"
    )
    if skipped:
        print(f"Python: NOT AUDITED: {len(skipped)} packages; the first: {skipped[0]['skip_reason']}")
    return FOUND if weak else NOT_AUDITED if skipped else 0


def node_packages(answer: dict[str, Any]) -> int:
    """Judge npm's answer."""
    counted = answer.get("metadata", {}).get("vulnerabilities")
    if counted is None:
        print(
            f"npm: NOT AUDITED: {answer.get('message') or answer.get('error') or 'the registry gave no answer'}"
        )
        return NOT_AUDITED
    print(
        f"npm: {counted['total']} known weaknesses in {answer['metadata']['dependencies']['total']} packages"
    )
    return FOUND if counted["total"] else 0


def _asked(command: list[str], where: Path) -> dict[str, Any]:
    """What a tool answers as JSON; the tools' own exit codes say less than their answers."""
    try:
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=180, check=False)
        found: dict[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        return {"dependencies": [{"name": "all", "skip_reason": f"no answer: {type(error).__name__}"}]}
    return found


def main() -> int:
    """Ask both; the worse of the two answers."""
    python = python_packages(
        _asked([sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"], ROOT)
    )
    node = Path(sys.executable).with_name("npm")
    npm = str(node) if node.exists() else shutil.which("npm") or "npm"
    javascript = node_packages(_asked([npm, "audit", "--json", "--package-lock-only"], ASSETS))
    return FOUND if FOUND in (python, javascript) else max(python, javascript)


if __name__ == "__main__":
    sys.exit(main())
