"""Brings one service's database to the newest revision, and says whether it is there.

Each service has a folder of Alembic revisions; the environment for them is here, so that none is written five times.
All missing revisions are applied in one transaction, by one process at a time. A migration never waits long for a
table: whoever asks for it after the migration waits behind it, so it gives way, rolls back and comes again. A database
that is ahead of this code is left alone and is well enough for it: migrations only ever expand (ADR 0022).
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import asyncpg
import structlog
from alembic import op
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chassis import schema

log = structlog.get_logger()

LOCK_TIMEOUT: Final = "2s"
"""How long a migration waits for a table; below the 3 s that a service's own statements wait behind it."""
STATEMENT_TIMEOUT: Final = "10min"
"""How long one statement may run, and how long one migrator waits for another."""
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0)
"""Seconds between attempts while somebody holds a table: about a minute in all."""

_GIVES_WAY: Final = ("55P03", "40P01")
"""SQLSTATE of a lock not given in time, and of a deadlock."""
_DATABASE_ERRORS: Final = (DBAPIError, asyncpg.PostgresError)
"""SQLAlchemy's for what it runs, asyncpg's own for the scripts that run as they stand."""


class MigrationBlockedError(Exception):
    """Somebody held a table through every attempt; nothing was changed."""


def migrate(service: str, owner_url: str, *, pauses: Sequence[float] = PAUSES) -> list[str]:
    """Apply what is missing, as the owner role; returns the revisions applied, in order.

    Runs in a thread of its own, so that it can be called with or without a running event loop. Raises
    MigrationBlockedError when a table could not be had in as many attempts as there are `pauses`, and one.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _migrate(service, owner_url, pauses)).result()


async def _migrate(service: str, owner_url: str, pauses: Sequence[float]) -> list[str]:
    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    try:
        for pause in pauses:
            try:
                return await _attempt(engine, service)
            except _DATABASE_ERRORS as error:
                if not _gave_way(error):
                    raise
                log.warning("migration_gave_way", database=service, again_in=pause)
                await asyncio.sleep(pause)
        try:
            return await _attempt(engine, service)
        except _DATABASE_ERRORS as error:
            if _gave_way(error):
                raise MigrationBlockedError(service) from error
            raise
    finally:
        await engine.dispose()


async def _attempt(engine: AsyncEngine, service: str) -> list[str]:
    async with engine.begin() as connection:
        # Waiting for another migrator harms nobody, so that may last; waiting for a table may not.
        await connection.execute(text(f"set local lock_timeout = '{STATEMENT_TIMEOUT}'"))
        await connection.execute(text(f"set local statement_timeout = '{STATEMENT_TIMEOUT}'"))
        await connection.execute(text("select pg_advisory_xact_lock(hashtextextended('tongxin migrate', 0))"))
        await connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        if is_ahead(service, await connection.run_sync(_present)):
            log.warning("database_is_ahead", database=service, note="left as it is")
            return []
        applied = await connection.run_sync(_upgrade, service)
        await connection.run_sync(_grow, service)
        if applied:
            await connection.run_sync(_grant, service)
        return applied


def _gave_way(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) in _GIVES_WAY


def _present(connection: Connection) -> str | None:
    """The database's revision; None before the first migration."""
    if connection.execute(text("select to_regclass('alembic_version')")).scalar() is None:
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def is_ahead(service: str, revision: str | None) -> bool:
    """Whether a database's revision is one that this code does not know: a newer release's."""
    return revision is not None and revision not in revisions(service)


def _upgrade(connection: Connection, service: str) -> list[str]:
    applied: list[str] = []
    scripts = _scripts(service)

    def steps(revision: Any, _context: Any) -> list[Any]:
        found = scripts._upgrade_revs("head", revision)
        applied.extend(step.revision.revision for step in found)
        return list(found)

    with EnvironmentContext(_config(service), scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
    return applied


def _grow(connection: Connection, service: str) -> None:
    """The chassis' own tables, which no service's revision names; looked at first, so that nobody waits for a lock."""
    if not connection.execute(text(schema.IS_GROWN)).scalar():
        _run_on(connection, schema.growth(service))


def _grant(connection: Connection, service: str) -> None:
    _run_on(connection, schema.grants(service))


def run_script(sql: str) -> None:
    """In a revision: run several statements as they stand, inside the migration's transaction."""
    _run_on(op.get_bind(), sql)


def create_chassis_tables() -> None:
    """In a service's first revision: the tables that every service has, with their walls."""
    run_script(schema.chassis_tables() + "".join(schema.wall(table) for table in schema.BEHIND_WALL))


def _run_on(connection: Connection, sql: str) -> None:
    if not sql.strip():
        return  # asyncpg cannot run nothing
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(lambda raw: raw.execute(sql))


@cache
def newest_revision(service: str) -> str:
    """The revision a database of this code must be at."""
    head = _scripts(service).get_current_head()
    if head is None:
        raise RuntimeError(f"{service} has no migrations")
    return head


@cache
def revisions(service: str) -> Sequence[str]:
    """All revisions, the oldest first."""
    return tuple(script.revision for script in reversed(list(_scripts(service).walk_revisions())))


def _scripts(service: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(service))


def _config(service: str) -> Config:
    spec = find_spec(f"services.{service}")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"there is no service {service}")
    folder = Path(spec.submodule_search_locations[0]) / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
