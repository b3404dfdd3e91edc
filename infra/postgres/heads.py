"""Tells which service's tables are behind its migrations, without running any."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg

from chassis.migrations import is_ahead, newest_revision


def has_migrations(service: str) -> bool:
    """Whether the service keeps tables at all."""
    spec = find_spec(f"services.{service}")
    folders = spec.submodule_search_locations if spec else None
    return any((Path(folder) / "migrations" / "versions").is_dir() for folder in folders or ())


async def migration_lag(owner_urls: Mapping[str, str]) -> dict[str, str]:
    """Service -> what it has and what it should have, for those that are behind."""
    behind = {}
    for service, url in owner_urls.items():
        if not has_migrations(service):
            continue
        present, newest = await _revision(url), newest_revision(service)
        if present != newest and not is_ahead(service, present):
            behind[service] = f"在 {present}，应为 {newest}"
    return behind


async def _revision(url: str) -> str | None:
    connection: Any = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return found
    finally:
        await connection.close()
