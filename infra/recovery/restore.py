"""Brings databases back from a backup; the one that is replaced is kept under another name.

Always holds: nothing is touched before the whole backup was checked against its manifest; a database is restored
beside the old one and takes its place in one step; its epoch is raised, and its service does not begin before
`reconcile` has compared it with the bus (`chassis/restored.py`).
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from infra.local.blocking import blocking
from infra.local.private_files import private_folder, write_private
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.databases import ensure_databases
from infra.postgres.roles import create_database_statement, role_names
from infra.postgres.urls import with_database
from infra.recovery import programs
from infra.recovery.backup import AGENCIES, DATABASES, FILES, KEYS
from infra.recovery.manifest import Manifest, read_manifest
from tongxin_contracts.subjects import QUARANTINE_BUCKET, SERVICES

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """One database that was brought back."""

    service: str
    epoch: int
    kept_as: str | None
    """The database that was there before, under this name; None when there was none."""


def bring_keys(stack: Stack, folder: Path) -> Manifest:
    """Check the backup, and give a data folder that has no keys yet those of the backup; before the servers start."""
    found = read_manifest(folder)
    if found.with_keys and not (stack.data / KEYS).exists():
        stack.data.mkdir(parents=True, exist_ok=True)
        for name in (KEYS, *AGENCIES):
            if (folder / name).is_dir():
                shutil.copytree(folder / name, private_folder(stack.data / name), dirs_exist_ok=True)
            elif (folder / name).is_file():
                shutil.copy2(folder / name, stack.data / name)
    return found


def restore(
    stack: Stack, folder: Path, services: Sequence[str] = SERVICES, *, say: Say = print
) -> list[Restored]:
    """Restore the databases of these services; the servers run, these services do not."""
    found = read_manifest(folder)
    missing = set(services) - {database.service for database in found.databases}
    if missing:
        raise StackError(f"备份里没有：{'、'.join(sorted(missing))}")
    blocking(_refuse_running(stack, services))
    _learn_sealing_keys(stack, folder, say)
    moment = datetime.now(UTC)
    done = []
    for service in services:
        beside = f"{service}_restoring"
        blocking(_make_beside(stack.admin_url, beside))
        programs.run(
            "pg_restore",
            with_database(stack.admin_url, beside),
            "--dbname=" + beside,
            "--exit-on-error",
            str(folder / DATABASES / f"{service}.dump"),
        )
        one = blocking(_take_place(stack, service, beside, f"{service}_before_{moment:%Y%m%dt%H%M%S}"))
        say(f"{service} 已恢复到 {found.made_at:%Y-%m-%d %H:%M:%S} UTC 的备份（纪元 {one.epoch}）")
        done.append(one)
    stack.migrate(services)
    blocking(_bring_files(stack, folder / FILES))
    return done


def _learn_sealing_keys(stack: Stack, folder: Path, say: Say) -> None:
    """Keys that were changed since the backup was made: those of the backup open again what it brings."""
    kept = folder / KEYS / stack.keys.sealing.name
    known = stack.keys.sealing.read_bytes().split()
    older = [key for key in kept.read_bytes().split() if key not in known] if kept.exists() else []
    if older:
        write_private(stack.keys.sealing, b"\n".join([*known, *older]) + b"\n")
        say("备份用的是更早的封存密钥，已加入；恢复后运行 tongxin keys finish sealing")
    elif not kept.exists():
        say("备份中没有密钥：此后更换过封存密钥的，要先把当时的密钥加到 keys/sealing.key 末尾")


async def _refuse_running(stack: Stack, services: Sequence[str]) -> None:
    connection: Any = await asyncpg.connect(stack.admin_url)
    try:
        for service in services:
            users = await connection.fetchval(
                "select count(*) from pg_stat_activity where datname = $1 and usename = any($2)",
                service,
                list(role_names(service)),
            )
            if users:
                raise StackError(f"{service} 还在运行（{users} 个数据库连接）：请先停止它的所有进程。")
    finally:
        await connection.close()


async def _make_beside(admin_url: str, beside: str) -> None:
    connection: Any = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f'drop database if exists "{beside}" with (force)')
        await connection.execute(create_database_statement(beside))
    finally:
        await connection.close()


async def _take_place(stack: Stack, service: str, beside: str, old_name: str) -> Restored:
    """Raise the epoch, then swap names; rights are set as provisioning sets them."""
    restored: Any = await asyncpg.connect(with_database(stack.admin_url, beside))
    try:
        epoch: int = await restored.fetchval(
            "update epoch set epoch = epoch + 1, unreconciled_since = now() returning epoch"
        )
        if service == "portal":
            # Who was signed out since the backup would be signed in again.
            await restored.execute("delete from session")
    finally:
        await restored.close()
    connection: Any = await asyncpg.connect(stack.admin_url)
    try:
        there = await connection.fetchval("select 1 from pg_database where datname = $1", service)
        async with connection.transaction():
            if there:
                await connection.execute(f'alter database "{service}" rename to "{old_name}"')
            await connection.execute(f'alter database "{beside}" rename to "{service}"')
    finally:
        await connection.close()
    await ensure_databases(stack.admin_url, [service], stack.keys.all_passwords())
    return Restored(service, epoch, old_name if there else None)


async def _bring_files(stack: Stack, folder: Path) -> None:
    """Uploads that waited for their command; the bucket's own age limit begins anew for them."""
    names = await asyncio.to_thread(lambda: sorted(folder.glob("*")))
    if not names:
        return
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        bucket = await client.jetstream().object_store(QUARANTINE_BUCKET)
        for path in names:
            await bucket.put(path.name, path.read_bytes())
