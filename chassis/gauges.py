"""Gauges that are read when somebody asks for metrics, each by itself.

Always holds: what can be told without the database or the bus is told when they are away, most of all; a gauge that
could not be read is gone from the page instead of showing what was true once.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Final

import structlog
from prometheus_client import Gauge

from chassis import letters, restored, telemetry
from chassis.database import Database, is_transient

log = structlog.get_logger()

_LIMIT: Final = 2.0
"""Seconds for one of them; a scrape waits no longer than that."""

_BACKLOG: Final = """
select s.stream, w.waiting, coalesce(extract(epoch from now() - w.since), 0)::float8 as oldest
from unnest($1::text[]) as s (stream)
cross join lateral (
    select count(*) as waiting, min(created_at) as since from outbox
    where stream = s.stream and published_at is null
) as w
"""


async def read_outbox(database: Database, streams: Sequence[str]) -> None:
    """Rows not yet published and the age of the oldest; asked of the database, so that it is true without a relay."""
    try:
        async with database.transaction() as tx:
            rows = await tx.raw.fetch(_BACKLOG, list(streams))
    except BaseException:
        telemetry.OUTBOX_WAITING.clear()
        telemetry.OUTBOX_OLDEST_SECONDS.clear()
        raise
    for row in rows:
        telemetry.OUTBOX_WAITING.labels(row["stream"]).set(row["waiting"])
        telemetry.OUTBOX_OLDEST_SECONDS.labels(row["stream"]).set(row["oldest"])


async def read_letters(database: Database, service: str) -> None:
    """Dead letters by reason, and how long the oldest has waited."""
    telemetry.DEAD_LETTERS.clear()
    telemetry.DEAD_LETTERS_OLDEST_SECONDS.clear()
    async with database.transaction() as tx:
        counted = await letters.count_by_reason(tx.raw)
        oldest = await letters.oldest_seconds(tx.raw)
    for reason in {*letters.REASONS, *counted}:
        telemetry.DEAD_LETTERS.labels(service, reason).set(counted.get(reason, 0))
    telemetry.DEAD_LETTERS_OLDEST_SECONDS.labels(service).set(oldest)


async def read_restored(database: Database, service: str) -> None:
    """Aggregates that went back with the database and wait for staff."""
    telemetry.RESTORED_AGGREGATES.clear()
    async with database.transaction() as tx:
        number = await restored.count_open(tx.raw)
    telemetry.RESTORED_AGGREGATES.labels(service).set(number)


def read_pools(**pools: Database) -> None:
    """Connections in use and allowed."""
    for name, database in pools.items():
        telemetry.POOL_CONNECTIONS.labels(name, "in_use").set(database.connections.in_use)
        telemetry.POOL_CONNECTIONS.labels(name, "limit").set(database.connections.size)


async def each_by_itself(*readings: Awaitable[None]) -> None:
    """All of them side by side; one that fails or is slow keeps no other from being told."""
    results = await asyncio.gather(
        *(asyncio.wait_for(reading, _LIMIT) for reading in readings), return_exceptions=True
    )
    for result in results:
        if isinstance(result, BaseException):
            if not isinstance(result, Exception):
                raise result
            log.warning(
                "gauges_not_read",
                error=type(result).__name__,
                **({} if is_transient(result) else {"exc_info": result}),
            )


def set_all(gauge: Gauge, values: Iterable[tuple[Sequence[str], float]]) -> None:
    """Give a gauge these values, and no label of before that is not among them."""
    gauge.clear()
    for labels, value in values:
        gauge.labels(*labels).set(value)
