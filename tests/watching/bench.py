"""One service's database inside a transaction that never commits, for planting what should not be there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from chassis.database import Transaction
from chassis.invariants import Invariant, Look
from infra.local.stack import Stack
from infra.nats.connection import bus
from infra.postgres import urls
from tests.house import COUNTY
from tongxin_contracts.subjects import event_stream

_BY_TYPE = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "integer": "1",
    "bigint": "1",
    "numeric": "0",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "ARRAY": "'{}'",
    "jsonb": "'{}'",
    "bytea": "'\\x00'",
}
_REQUIRED = """
select column_name, data_type from information_schema.columns
where table_schema = 'public' and table_name = $1 and is_nullable = 'NO' and column_default is null
    and is_identity = 'NO'
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """One service's database, inside a transaction that never commits."""

    raw: Any
    look: Look

    async def plant(self, table: str, **given: Any) -> None:
        """Insert a row; what it must have and was not given is filled with anything."""
        columns = {"committee": COUNTY, **given} if table != "session" else dict(given)
        required = await self.raw.fetch(_REQUIRED, table)
        names = {row["column_name"] for row in required}
        filled = [row for row in required if row["column_name"] not in columns]
        own = [name for name in columns if name in names or name in given]
        await self.raw.execute(
            f"insert into {table} ({', '.join([*own, *(row['column_name'] for row in filled)])})"
            f" values ({', '.join([*(f'${n}' for n in range(1, len(own) + 1)), *(_BY_TYPE[row['data_type']] for row in filled)])})",
            *(columns[name] for name in own),
        )

    async def found(self, invariant: Invariant) -> set[str]:
        """What it finds now."""
        return set(await invariant.violations(self.look))


@asynccontextmanager
async def bench(stack: Stack, service: str) -> AsyncIterator[Bench]:
    """The service's database and its own connection to the bus."""
    url = urls.with_role(
        stack.admin_url, user="postgres", password=stack.keys.password("postgres"), database=service
    )
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    # What is planted stands alone: keys to other tables are not checked here.
    await connection.execute("set local session_replication_role = replica")
    try:
        async with bus(stack.nats_url, stack.keys.seed(service), service) as client:
            streams = () if service == "portal" else (event_stream(service),)
            tx = Transaction(sql=None, raw=connection)  # type: ignore[arg-type]
            look = Look(tx=tx, connection=client, streams=streams, now=datetime.now(UTC))
            yield Bench(connection, look)
    finally:
        await transaction.rollback()
        await connection.close()
