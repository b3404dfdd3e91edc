"""Deadlines are rows in the owner's database, swept with SKIP LOCKED, fired in a transaction like any command.

A row keeps rule, anchor, calendar version and instant, so that anybody can see why it falls when it does. A deadline
is fired once: marking it and what it leads to commit together. It is never moved earlier (decision 24). One that
cannot be fired keeps nobody else waiting.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog

from chassis import telemetry
from chassis.database import is_transient
from chassis.ids import derived_id
from chassis.together import Write

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


@dataclass(frozen=True, slots=True)
class Together:
    """A reaction that takes all deadlines of its kind that are due in one committee, so that it can work on sets."""

    fire: Callable[[Sequence[Deadline], "Work"], Awaitable[None]]


PUT_OFF: Final = 60.0
"""Seconds until one that failed is tried again."""

_SET = """
insert into deadline (id, committee, matter, kind, rule, anchor, calendar_version, due_at)
select * from unnest(
    $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[]
)
on conflict (matter, kind, anchor) do nothing
"""
_CANCEL = """
update deadline set cancelled_at = $2 where matter = any($1) and fired_at is null and cancelled_at is null
"""
_DUE = """
select * from deadline
where fired_at is null and cancelled_at is null and due_at <= $1 and kind = any($2) and id <> all($3)
order by due_at limit 100 for update skip locked
"""


def setting(many: Sequence[Deadline]) -> list[Write]:
    """What writes deadlines in one statement; the same one twice is one."""
    if not many:
        return []
    columns: list[list[Any]] = [
        [derived_id("deadline", one.matter, one.kind, one.anchor.isoformat()) for one in many],
        [one.committee for one in many],
        [one.matter for one in many],
        [one.kind for one in many],
        [one.rule for one in many],
        [one.anchor for one in many],
        [one.calendar_version for one in many],
        [one.due_at for one in many],
    ]
    return [Write(_SET, columns)]


def cancelling(matter: UUID | Collection[UUID], now: datetime) -> Write:
    """What cancels whatever has not fired on a matter or several."""
    return Write(_CANCEL, [[matter] if isinstance(matter, UUID) else list(matter), now])


OpenWork = Callable[..., Any]
"""`async with open_work(committees=...) as work`: a worker's transaction, flushed and committed at its end."""


class Sweeper:
    """Fires what is due, a hundred at a time; several replicas may sweep at once.

    One that fails is put off for a minute and said; it stops no other one.
    """

    def __init__(
        self, open_work: OpenWork, handlers: Mapping[str, FireDeadline | Together], *, interval: float = 5.0
    ) -> None:
        self._open_work = open_work
        self._handlers = handlers
        self._interval = interval
        self._put_off: dict[UUID, float] = {}
        """Deadlines that failed, and the loop time until which they are left alone."""
        self.last_success: float | None = None
        """Loop time of the last sweep that went through, at first of the start; health and metrics read it."""

    async def run(self) -> None:
        """Sweep for ever; a database that is away is waited for."""
        self.last_success = asyncio.get_running_loop().time()
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
        """Fire up to a hundred due deadlines in one transaction; returns how many were looked at."""
        async with self._open_work(committees=None) as work:
            rows = await work.tx.raw.fetch(_DUE, work.now, list(self._handlers), self._left_alone())
            if not rows:
                return 0
            await work.tx.raw.execute(
                "select set_config('app.committees', $1, true)", ",".join({row["committee"] for row in rows})
            )
            groups: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for row in rows:
                groups[row["kind"], row["committee"]].append(row)
            fired: list[UUID] = []
            for group in groups.values():
                fired += await self._fire(group, work)
            await work.tx.raw.execute("update deadline set fired_at = $2 where id = any($1)", fired, work.now)
            return len(rows)

    async def _fire(self, rows: Sequence[Any], work: "Work") -> list[UUID]:
        """Fire those of one kind in one committee; when that fails, halves of them, down to the one at fault."""
        kind = rows[0]["kind"]
        part = work.apart()
        part.committee = rows[0]["committee"]
        due = [Deadline(**{name: row[name] for name in Deadline.__slots__}) for row in rows]
        try:
            async with work.tx.undoable():
                await _call(self._handlers[kind], due, part)
                await part.flush()
        except Exception as error:
            # The border of a handler: its own errors put one deadline off, the world's errors abort the sweep.
            if is_transient(error):
                raise
            if len(rows) == 1:
                self._put_off[rows[0]["id"]] = asyncio.get_running_loop().time() + PUT_OFF
                telemetry.DEADLINES.labels(work.service, kind, "failed").inc()
                telemetry.keep_failure(f"deadline {kind}", error)
                log.exception(
                    "deadline_failed", kind=kind, matter=str(due[0].matter), committee=due[0].committee
                )
                return []
            middle = len(rows) // 2
            return [*await self._fire(rows[:middle], work), *await self._fire(rows[middle:], work)]
        work.take_over(part)
        telemetry.DEADLINES.labels(work.service, kind, "fired").inc(len(rows))
        return [row["id"] for row in rows]

    def _left_alone(self) -> list[UUID]:
        now = asyncio.get_running_loop().time()
        self._put_off = {id_: until for id_, until in self._put_off.items() if until > now}
        return list(self._put_off)


async def _call(handler: FireDeadline | Together, due: Sequence[Deadline], work: "Work") -> None:
    if isinstance(handler, Together):
        await handler.fire(due, work)
        return
    for deadline in due:
        await handler(deadline, work)
