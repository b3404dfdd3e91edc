"""What is in a backup and that it is whole: every file with its SHA-256, checked before anything is restored."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from infra.local.private_files import write_private
from infra.local.problems import StackError

NAME: Final = "manifest.json"
FORM: Final = 1
"""Raised when a backup of this form could not be read by the code before."""


@dataclass(frozen=True, slots=True)
class Database:
    """One service's database as it was."""

    service: str
    revision: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup's table of contents."""

    made_at: datetime
    """When it began; what was accepted later may be missing."""
    databases: tuple[Database, ...]
    files: dict[str, str]
    """Path in the folder -> SHA-256."""
    with_keys: bool
    form: int = FORM


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(
    folder: Path, *, made_at: datetime, databases: tuple[Database, ...], with_keys: bool
) -> str:
    """List everything in the folder; returns the manifest's own digest, to be kept apart."""
    files = {
        str(path.relative_to(folder)): digest_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    said = asdict(Manifest(made_at, databases, files, with_keys)) | {"made_at": made_at.isoformat()}
    write_private(folder / NAME, json.dumps(said, ensure_ascii=False, indent=1).encode())
    return digest_of(folder / NAME)


def read_manifest(folder: Path) -> Manifest:
    """Read it and check every file against it; raises StackError that names what is missing or differs."""
    try:
        said = json.loads((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StackError(f"{folder} 不是一份备份：读不出 {NAME}（{error}）") from error
    if said.get("form") != FORM:
        raise StackError(f"备份的格式是 {said.get('form')}，本程序只认 {FORM}。")
    wrong = [
        name
        for name, digest in said["files"].items()
        if not (folder / name).is_file() or digest_of(folder / name) != digest
    ]
    if wrong:
        raise StackError(f"备份已损坏，以下文件缺失或与清单不符：{'、'.join(wrong)}")
    return Manifest(
        made_at=datetime.fromisoformat(said["made_at"]),
        databases=tuple(Database(**entry) for entry in said["databases"]),
        files=said["files"],
        with_keys=said["with_keys"],
    )
