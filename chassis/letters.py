"""Dead letters and what waits behind them, for operators.

Nothing here takes an event into effect: an operator states a wish, and the service, which has the code, carries it
out within a second or so. A letter is a held row; one with the reason `gap` only waits for an earlier version.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from chassis.held import UNREAD

Wish = Literal["retry", "drop"]
REASONS: Final = ("failed", "fork", "gap", *UNREAD)
"""Why a letter can be held: what metrics show at zero too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLetter:
    """One held event."""

    id: int
    consumer: str
    reason: str
    explanation: str | None
    subject: str
    event_id: UUID | None
    aggregate: UUID | None
    version: int | None
    attempts: int
    held_at: datetime
    wish: str | None
    behind: int
    """How many later events of the same aggregate wait because of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLetter:
    """One held event with everything that is known of it."""

    letter: HeldLetter
    headers: str
    payload: bytes
    stack: str | None


_LIST = """
select h.*, (
    select count(*) from held b
    where b.consumer = h.consumer and b.aggregate = h.aggregate and b.version > h.version
) as behind
from held h
"""


async def list_letters(worker_url: str, *, waiting_too: bool = False) -> list[HeldLetter]:
    """Dead letters, the oldest first, at most 500; with `waiting_too` also what only waits for an earlier version."""
    async with _connected(worker_url) as connection:
        where = "" if waiting_too else "where h.reason <> 'gap' or h.held_at < now() - interval '5 minutes'"
        rows = await connection.fetch(f"{_LIST} {where} order by h.id limit 500")
    return [_held(row) for row in rows]


async def show_letter(worker_url: str, letter_id: int) -> WholeLetter | None:
    """One letter whole, None when there is none of that number."""
    async with _connected(worker_url) as connection:
        row = await connection.fetchrow(f"{_LIST} where h.id = $1", letter_id)
    if row is None:
        return None
    return WholeLetter(
        letter=_held(row), headers=row["headers"], payload=bytes(row["payload"]), stack=row["stack"]
    )


async def wish(worker_url: str, letter_id: int, what: Wish) -> bool:
    """Ask the service to take a letter again or to drop it; False when there is no such letter."""
    async with _connected(worker_url) as connection:
        done: str = await connection.execute("update held set wish = $2 where id = $1", letter_id, what)
    return done == "UPDATE 1"


async def oldest_seconds(connection: Any) -> float:
    """How long the oldest dead letter has waited; 0 when there is none. A gap counts after five minutes."""
    found: float = await connection.fetchval(
        "select coalesce(extract(epoch from now() - min(held_at)), 0)::float8 from held"
        " where reason <> 'gap' or held_at < now() - $1::interval",
        timedelta(minutes=5),
    )
    return found


async def count_by_reason(connection: Any) -> dict[str, int]:
    """How many letters there are by reason, for metrics; a gap counts once it is older than five minutes."""
    rows = await connection.fetch(
        "select reason, count(*) as number from held where reason <> 'gap' or held_at < now() - $1::interval group by reason",
        timedelta(minutes=5),
    )
    return {row["reason"]: row["number"] for row in rows}


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        yield connection
    finally:
        await connection.close()


def _held(row: Any) -> HeldLetter:
    return HeldLetter(**{name: row[name] for name in HeldLetter.__slots__})
