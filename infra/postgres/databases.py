"""Makes the roles and databases of all services on a server we may administer; run twice, it changes nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from infra.postgres.roles import (
    create_database_statement,
    database_statements,
    password_statement,
    role_statements,
    schema_statements,
)
from infra.postgres.urls import with_database


async def ensure_databases(
    admin_url: str, services: Sequence[str], passwords: Mapping[str, str]
) -> list[str]:
    """Bring roles, databases and rights to what `roles.py` says; returns the databases that were made."""
    made = []
    connection: Any = await asyncpg.connect(admin_url)
    try:
        # Two provisioners at once would both see a role missing.
        await connection.execute("SELECT pg_advisory_lock(hashtext('tongxin provision'))")
        for service in services:
            await connection.execute(";".join(role_statements(service, dict(passwords))))
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
                await connection.execute(create_database_statement(service))
                made.append(service)
            await connection.execute(";".join(database_statements(service)))
            await _ensure_schema(with_database(admin_url, service), service)
    finally:
        await connection.close()
    return made


async def _ensure_schema(url: str, service: str) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(";".join(schema_statements(service)))
    finally:
        await connection.close()


async def set_passwords(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Give roles that are there new passwords, all or none."""
    connection: Any = await asyncpg.connect(admin_url)
    try:
        await connection.execute(";".join(password_statement(role, new) for role, new in passwords.items()))
    finally:
        await connection.close()
