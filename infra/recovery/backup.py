"""Writes a backup while everything goes on: five databases, files on their way, keys, and how the stack was set.

Each database is one snapshot; between two of them a moment passes, so one may know of an event that another does not.
That is mended on restore by outboxes, gates and reconciliation, as after any crash. Streams are not in it: outboxes
are the record (90 days). Always holds: a folder of that name is whole or is not there; nobody else may read it.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from nats.aio.client import Client
from nats.js.errors import BucketNotFoundError, NotFoundError

from infra.local.blocking import blocking
from infra.local.private_files import private_folder, write_private
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.urls import with_database
from infra.recovery import manifest, programs
from tongxin_contracts.subjects import QUARANTINE_BUCKET, SERVICES

DATABASES: Final = "databases"
FILES: Final = "files"
SETTINGS: Final = "settings"
KEYS: Final = "keys"
AGENCIES: Final = ("agencies.json", "agencies")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """Where it lies, and what to keep apart from it."""

    folder: Path
    manifest_digest: str


def back_up(stack: Stack, folder: Path | None = None, *, keys: bool = True, say: Say = print) -> Backup:
    """Write a backup into a new folder; the servers must be running, the services may."""
    made_at = datetime.now(UTC)
    target = (folder or stack.data / "backups" / f"{made_at:%Y%m%dT%H%M%SZ}").absolute()
    if target.exists():
        raise StackError(f"{target} 已经存在：请换一个文件夹。")
    private_folder(target.parent) if folder is None else target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft)
    try:
        databases = tuple(
            _dump(stack, service, private_folder(draft / DATABASES), say) for service in SERVICES
        )
        say(f"暂存文件 {blocking(_files(stack, private_folder(draft / FILES)))} 个")
        _settings(stack, draft, keys=keys)
        digest = manifest.write_manifest(draft, made_at=made_at, databases=databases, with_keys=keys)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    draft.rename(target)
    return Backup(target, digest)


def _dump(stack: Stack, service: str, folder: Path, say: Say) -> manifest.Database:
    url = with_database(stack.admin_url, service)
    revision, epoch = blocking(_place_of(url))
    file = folder / f"{service}.dump"
    write_private(file, b"")  # made by us first, so that its mode is ours
    programs.run("pg_dump", url, "--format=custom", "--lock-wait-timeout=30s", f"--file={file}")
    say(f"{service}：{file.stat().st_size / 1e6:.1f} MB")
    return manifest.Database(service, revision, epoch)


async def _place_of(url: str) -> tuple[str, int]:
    connection: Any = await asyncpg.connect(url)
    try:
        return (
            await connection.fetchval("select version_num from alembic_version"),
            await connection.fetchval("select epoch from epoch"),
        )
    finally:
        await connection.close()


async def _files(stack: Stack, folder: Path) -> int:
    """Uploads no command has taken yet; what was taken is in the databases."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        return await _copy_bucket(client, folder)


async def _copy_bucket(client: Client, folder: Path) -> int:
    try:
        bucket = await client.jetstream().object_store(QUARANTINE_BUCKET)
        names = [entry.name for entry in await bucket.list() if entry.name and not entry.deleted]
    except NotFoundError:  # an empty bucket says so
        return 0
    except BucketNotFoundError as error:
        raise StackError("暂存文件的存储区不存在：请先运行 tongxin provision。") from error
    number = 0
    for name in names:
        found = await bucket.get(name)
        write_private(folder / name, found.data or b"")
        number += 1
    return number


def _settings(stack: Stack, draft: Path, *, keys: bool) -> None:
    """How the stack was set, and its secrets, unless they are kept elsewhere."""
    if not keys:
        return
    facts = stack.data / "run" / "stack.json"
    if facts.exists():
        write_private(private_folder(draft / SETTINGS) / facts.name, facts.read_bytes())
    for name in (KEYS, *AGENCIES):
        _copy_private(stack.data / name, draft / name)


def _copy_private(source: Path, target: Path) -> None:
    """A file or a folder, each file readable for its owner only."""
    if source.is_file():
        write_private(target, source.read_bytes())
    elif source.is_dir():
        private_folder(target)
        for entry in source.iterdir():
            _copy_private(entry, target / entry.name)
