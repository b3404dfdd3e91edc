"""Migrations beside people at work: they give way, two at once are one, and a database that is ahead is left alone."""

import asyncio
import inspect
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from alembic.config import Config

from chassis import migrations
from infra.local.stack import Stack
from infra.postgres.heads import migration_lag
from infra.postgres.roles import schema_statements
from infra.postgres.urls import with_database
from services import portal
from tongxin_contracts.subjects import SERVICES

NEXT = """
from chassis.migrations import run_script

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    run_script("alter table account add column next_release text")
"""
"""A migration of the release after this one."""


@pytest.fixture
async def empty(stack: Stack) -> AsyncIterator[str]:
    """The owner's URL of a database for the portal's tables, with nothing in it."""
    name = f"tried_{uuid4().hex[:8]}"
    await _run(stack.admin_url, f"create database {name} owner portal_owner")
    try:
        await _run(with_database(stack.admin_url, name), ";".join(schema_statements("portal")))
        yield with_database(stack.database_url("portal", "owner"), name)
    finally:
        await _run(stack.admin_url, f"drop database {name} with (force)")


@pytest.fixture
def next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This code as it will be one release on: the portal has one migration more."""
    versions = Path(inspect.getfile(portal)).parent / "migrations" / "versions"
    shutil.copytree(versions, tmp_path / "versions")
    (tmp_path / "versions" / "9999_next.py").write_text(
        NEXT.format(head=migrations.newest_revision("portal"))
    )

    def config(_service: str) -> Config:
        made = Config()
        made.set_main_option("script_location", str(tmp_path))
        made.set_main_option("version_locations", str(tmp_path / "versions"))
        made.set_main_option("path_separator", "newline")
        return made

    with monkeypatch.context() as patch:
        patch.setattr(migrations, "_config", config)
        _forget()
        yield
    _forget()


async def test_a_migration_gives_way_and_nobody_queues_behind_it_for_long(
    empty: str, request: pytest.FixtureRequest
) -> None:
    """A report holds the table for as long as it runs; the migration tries, lets others pass, and tries again."""
    await asyncio.to_thread(migrations.migrate, "portal", empty)
    request.getfixturevalue("next_release")
    async with _reading(empty) as release:
        migrating = asyncio.ensure_future(
            asyncio.to_thread(migrations.migrate, "portal", empty, pauses=(0.2,) * 40)
        )
        await _queued(empty)
        began = time.monotonic()
        await _run(empty, "set lock_timeout = '3s'; select count(*) from account")
        waited = time.monotonic() - began
        assert waited < 2.8, "who came after the migration is served before a service's patience ends"
        assert not migrating.done()
        await release()
        assert await asyncio.wait_for(migrating, 20) == ["9999"]
    assert await _has_column(empty)


async def test_a_table_that_is_never_let_go_ends_the_migration_with_nothing_done(
    empty: str, request: pytest.FixtureRequest
) -> None:
    await asyncio.to_thread(migrations.migrate, "portal", empty)
    request.getfixturevalue("next_release")
    async with _reading(empty):
        with pytest.raises(migrations.MigrationBlockedError):
            await asyncio.to_thread(migrations.migrate, "portal", empty, pauses=())
    assert not await _has_column(empty)


async def test_two_replicas_that_migrate_at_once_apply_everything_once(empty: str) -> None:
    def migrate(_which: int) -> list[str]:
        return migrations.migrate("portal", empty)

    with ThreadPoolExecutor(3) as threads:
        applied = await asyncio.to_thread(lambda: sorted(threads.map(migrate, range(3))))
    assert applied == [[], [], list(migrations.revisions("portal"))]


async def test_older_code_leaves_a_newer_database_alone_and_calls_it_well(
    empty: str, request: pytest.FixtureRequest
) -> None:
    await asyncio.to_thread(migrations.migrate, "portal", empty)
    request.getfixturevalue("next_release")
    await asyncio.to_thread(migrations.migrate, "portal", empty)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "_config", _ORIGINAL)
        _forget()
        assert migrations.is_ahead("portal", "9999")
        assert await asyncio.to_thread(migrations.migrate, "portal", empty) == []
        assert await migration_lag({"portal": empty}) == {}
    assert await _has_column(empty)


_ORIGINAL = migrations._config
CONTRACTS = re.compile(
    r"\bdrop\s+(table|column|schema|type)\b|\brename\b|\bset\s+not\s+null\b|\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b"
    r"|\btruncate\b",
    re.IGNORECASE,
)
"""What the release before would stumble over."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_migration_only_expands(service: str) -> None:
    for script in migrations._scripts(service).walk_revisions():
        found = CONTRACTS.search(Path(script.path).read_text())
        assert found is None, f"{script.path}: {found.group() if found else ''}"


def test_the_pattern_knows_what_contracts() -> None:
    for statement in (
        "alter table t drop column c",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "alter table t alter column c type int",
        "alter table t alter column c set not null",
        "drop table t",
    ):
        assert CONTRACTS.search(statement)
    assert not CONTRACTS.search("alter table t alter column c drop not null, add column d text default ''")


def _forget() -> None:
    migrations.revisions.cache_clear()
    migrations.newest_revision.cache_clear()


async def _run(url: str, statement: str) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Any]:
    """A transaction that has read `account` and is still open; gives a function that ends it."""
    connection: Any = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select count(*) from account")
    try:
        yield transaction.rollback
    finally:
        await connection.close()


async def _queued(url: str, limit: float = 10) -> None:
    """Wait until the migration stands in line for the table."""
    connection: Any = await asyncpg.connect(url)
    deadline = time.monotonic() + limit
    try:
        while not await connection.fetchval(
            "select count(*) from pg_locks where relation = 'account'::regclass and not granted"
        ):
            assert time.monotonic() < deadline, "the migration never asked for the table"
            await asyncio.sleep(0.02)
    finally:
        await connection.close()


async def _has_column(url: str) -> bool:
    connection: Any = await asyncpg.connect(url)
    try:
        found: bool = await connection.fetchval(
            "select exists (select from information_schema.columns where column_name = 'next_release')"
        )
        return found
    finally:
        await connection.close()
