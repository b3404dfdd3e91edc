"""When rows were committed, as the database server itself noted it: what latencies are counted from."""

import asyncio
from uuid import UUID

import asyncpg

from infra.local.stack import Stack


async def note_commits(stack: Stack) -> None:
    """Make the server note the instant of every commit from now on; it is started again for that."""
    admin = await asyncpg.connect(stack.admin_url)
    await admin.execute("alter system set track_commit_timestamp = on")
    await admin.close()
    await asyncio.to_thread(stack.restart_postgres)


async def committed(stack: Stack, service: str, table: str, key: str) -> dict[UUID, float]:
    """Each key's newest row's commit, as seconds since 1970; rows that were changed later show the change."""
    admin = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}")
    rows = await admin.fetch(
        f"select {key} as key, max(extract(epoch from pg_xact_commit_timestamp(xmin)))::float as at"
        f" from {table} group by {key}"
    )
    await admin.close()
    return {row["key"]: row["at"] for row in rows if row["at"] is not None}
