"""Deadlines are rows in the owner's database, swept with SKIP LOCKED, fired in a transaction like any command.

A row keeps rule, anchor, calendar version and instant, so that anybody can see why it falls when it does. A deadline
is fired once: marking it and what it leads to commit together. It is never moved earlier (decision 24).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from chassis.database import Transaction, is_transient
from chassis.ids import derived_id

if TYPE_CHECKING:
    from chassis.work import Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Something that is to happen at an instant."""

    matter: UUID
    committee: str
    kind: str
    """Which handler of the service fires it."""
    rule: str
    """In words: 「提交后 10 个工作日内审查」."""
    anchor: datetime
    """What the time is counted from."""
    calendar_version: str
    due_at: datetime


FireDeadline = Callable[[Deadline, "Work"], Awaitable[None]]
"""A service's reaction to a deadline that passed."""

_SET = """
insert into deadline (id, committee, matter, kind, rule, anchor, calendar_version, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (matter, kind, anchor) do nothing
"""
_DUE = """
select * from deadline
where fired_at is null and cancelled_at is null and due_at <= $1
order by due_at limit 100 for update skip locked
"""


async def set_deadline(tx: Transaction, deadline: Deadline) -> None:
    """Write a deadline; the same one twice is one."""
    await tx.raw.execute(
        _SET,
        derived_id("deadline", deadline.matter, deadline.kind, deadline.anchor.isoformat()),
        deadline.committee,
        deadline.matter,
        deadline.kind,
        deadline.rule,
        deadline.anchor,
        deadline.calendar_version,
        deadline.due_at,
    )


async def cancel(tx: Transaction, matter: UUID | Collection[UUID], now: datetime) -> None:
    """Cancel what has not fired on a matter or several."""
    await tx.raw.execute(
        "update deadline set cancelled_at = $2 where matter = any($1) and fired_at is null and cancelled_at is null",
        [matter] if isinstance(matter, UUID) else list(matter),
        now,
    )


OpenWork = Callable[..., Any]
"""`async with open_work(committees=...) as work`: a worker's transaction, flushed and committed at its end."""


class Sweeper:
    """Fires what is due, a hundred at a time; several replicas may sweep at once."""

    def __init__(
        self, open_work: OpenWork, handlers: Mapping[str, FireDeadline], *, interval: float = 5.0
    ) -> None:
        self._open_work = open_work
        self._handlers = handlers
        self._interval = interval
        self.last_success: float | None = None
        """Loop time of the last sweep that went through; health and metrics read it."""

    async def run(self) -> None:
        """Sweep for ever; a database that is away is waited for."""
        while True:
            try:
                while await self.sweep():
                    pass
                self.last_success = asyncio.get_running_loop().time()
            except Exception as error:
                # The border of the loop: what is due stays due and is swept again.
                if not is_transient(error):
                    log.exception("deadline_sweep_failed")
                else:
                    log.warning("deadline_sweep_postponed", error=type(error).__name__)
            await asyncio.sleep(self._interval)

    async def sweep(self) -> int:
        """Fire up to a hundred due deadlines in one transaction; returns how many."""
        async with self._open_work(committees=None) as work:
            rows = await work.tx.raw.fetch(_DUE, work.now)
            if not rows:
                return 0
            await work.tx.raw.execute(
                "select set_config('app.committees', $1, true)", ",".join({row["committee"] for row in rows})
            )
            for row in rows:
                deadline = Deadline(**{name: row[name] for name in Deadline.__slots__})
                work.committee = deadline.committee
                await self._handlers[deadline.kind](deadline, work)
            await work.tx.raw.execute(
                "update deadline set fired_at = $2 where id = any($1)", [row["id"] for row in rows], work.now
            )
            return len(rows)
