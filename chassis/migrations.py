"""Brings one service's database to the newest revision, and says whether it is there.

Each service has a folder of Alembic revisions; the environment for them is here, so that none is written five times.
A migration waits at most five seconds for a lock: better one that fails than a system that stands. All missing
revisions are applied in one transaction.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import op
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis import schema


def migrate(service: str, owner_url: str) -> list[str]:
    """Apply what is missing, as the owner role; returns the revisions applied, in order.

    Runs in a thread of its own, so that it can be called with or without a running event loop.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _migrate(service, owner_url)).result()


async def _migrate(service: str, owner_url: str) -> list[str]:
    engine = create_async_engine(
        owner_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("set local lock_timeout = '5s'"))
            applied = await connection.run_sync(_upgrade, service)
            await connection.run_sync(_grow, service)
            if applied:
                await connection.run_sync(_grant, service)
            return applied
    finally:
        await engine.dispose()


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


def newest_revision(service: str) -> str:
    """The revision a database of this code must be at."""
    head = _scripts(service).get_current_head()
    if head is None:
        raise RuntimeError(f"{service} has no migrations")
    return head


def revisions(service: str) -> Sequence[str]:
    """All revisions, the oldest first."""
    return [script.revision for script in reversed(list(_scripts(service).walk_revisions()))]


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
