"""F15: a clock a day off, holidays, make-up days, and midnight in Asia/Shanghai: what falls due falls due once, rightly.

Expected days are reckoned by hand from the State Council's notice for 2026 and not by the calendar that is tested.
"""

import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chassis import bus
from chassis.clock import SystemClock
from chassis.identity import Actor, TokenSigner
from chassis.problems import Refusal
from infra.local.program import Running
from infra.local.stack import Stack
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import History, Recovery
from tests.faults.observed import fetch
from tests.faults.off_clock import FileClock
from tests.house import House, portal_settings
from tests.proposals_at_work import handed_in
from tests.waiting import until_async

CHINA = ZoneInfo("Asia/Shanghai")
ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)


def china(day: str, clock: str) -> datetime:
    """An instant as people in China write it."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=CHINA).astimezone(UTC)


@pytest.fixture(scope="module")
def clock(processes: Processes, city: City) -> FileClock:
    """Proposals, started anew with a clock that a test sets; right at first."""
    stack = processes.stack
    path = stack.data / "clock"
    path.write_text("0")
    processes.running["proposals"].stop()
    program = stack.service_program("proposals")
    off = replace(
        program,
        argv=(sys.executable, "-m", "tests.faults.off_clock", "proposals", str(path)),
        environment={**program.environment, "PYTHONPATH": str(ROOT)},
    )
    processes.running["proposals"] = Running(off).wait_ready()
    return FileClock(path)


@pytest.fixture(scope="module")
async def then(processes: Processes, clock: FileClock) -> AsyncIterator[House]:
    """Somebody who asks by the same clock."""
    stack = processes.stack
    connection = await bus.connect(portal_settings(stack), "portal")
    yield House(stack, connection, bus.Caller(connection, MachineSigner(stack), clock))
    await connection.close()


class MachineSigner(TokenSigner):
    """Signs at the machine's time, whatever the clock says: a token's life is about machines, not about business."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.keys.token_private.read_bytes())

    def sign(self, actor: Actor, *, service: str, request_id: UUID, body: bytes, now: datetime) -> str:
        """A token that is good now."""
        del now
        return super().sign(actor, service=service, request_id=request_id, body=body, now=SystemClock().now())


@dataclass(frozen=True, slots=True)
class OffClock:
    """The machine's time and so much more."""

    by: timedelta

    def now(self) -> datetime:
        """The present instant, wrongly."""
        return SystemClock().now() + self.by


async def due_day(processes: Processes, proposal_id: UUID) -> datetime:
    """When the review of a proposal falls due."""
    rows = await fetch(
        processes.stack,
        "proposals",
        "select due_at from deadline where matter = $1 and kind = 'review_due'",
        proposal_id,
    )
    due: datetime = rows[0]["due_at"]
    return due


async def overdue(processes: Processes, proposal_id: UUID) -> int:
    """How often its being overdue was stated."""
    rows = await fetch(
        processes.stack,
        "proposals",
        "select 1 from outbox where aggregate = $1 and subject like '%review_overdue%'",
        proposal_id,
    )
    return len(rows)


async def swept(processes: Processes) -> None:
    """Wait until deadlines were swept once more from here on."""
    began = time.monotonic()

    def again() -> bool:
        asked = time.monotonic()
        age = signs.metric(processes.stack, "proposals", "tongxin_deadline_sweep_age_seconds")
        return age < asked - began

    await until_async(again, "deadlines are swept", limit=30)


@pytest.mark.fault("F15", invariants="I5")
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("day", "time_of_day", "falls_due"),
    [
        # Ten working days. National day 2026: 1 to 7 October are free; Saturday 10 October is worked.
        ("2026-09-30", "23:59:40", date(2026, 10, 20)),
        ("2026-10-01", "00:00:10", date(2026, 10, 20)),
        # An ordinary midnight: a second later it is another day, and the deadline too.
        ("2026-10-14", "23:59:40", date(2026, 10, 28)),
        ("2026-10-15", "00:00:10", date(2026, 10, 29)),
        # Handed in on a make-up Saturday, and on the plain Sunday after it: Monday is the first day for both.
        ("2026-10-10", "12:00:00", date(2026, 10, 23)),
        ("2026-10-11", "12:00:00", date(2026, 10, 23)),
        # In UTC this is still 28 February.
        ("2026-03-01", "00:30:00", date(2026, 3, 13)),
    ],
)
async def test_f15_a_deadline_falls_on_the_day_people_in_china_would_say(
    processes: Processes,
    city: City,
    clock: FileClock,
    then: House,
    day: str,
    time_of_day: str,
    falls_due: date,
) -> None:
    clock.set(china(day, time_of_day))
    proposal_id = await handed_in(then, city.writers[0])
    due = await due_day(processes, proposal_id)
    assert due.astimezone(CHINA).date() == falls_due
    assert due.astimezone(CHINA).strftime("%H:%M:%S") == "23:59:59"


@pytest.mark.fault("F15", invariants="I5")
@pytest.mark.timeout(240)
async def test_f15_a_clock_a_day_off_either_way_loses_no_deadline_and_fires_none_twice(
    processes: Processes, city: City, clock: FileClock, then: House, history: History, recovery: Recovery
) -> None:
    """Forward a day: what is due fires. Back two: nothing that fired waits again. Right again: nothing fires twice."""
    clock.set(china("2026-11-02", "10:00:00"))
    first = await handed_in(then, city.writers[0])
    clock.set(china("2026-11-03", "10:00:00"))
    second = await handed_in(then, city.writers[1])
    due = await due_day(processes, first)
    assert await due_day(processes, second) == due + DAY
    history.extend(await city.look())

    async def fired(proposal_id: UUID) -> bool:
        return await overdue(processes, proposal_id) == 1

    clock.set(due - timedelta(minutes=1))
    await swept(processes)
    assert not await fired(first), "not before its day is over in China"
    clock.set(due + timedelta(seconds=1))
    await until_async(lambda: fired(first), "the first is overdue a second after midnight", limit=30)
    await swept(processes)
    assert not await fired(second), "the second has a day more"
    history.note("fault", what="clock a day back")
    clock.set(due - DAY)
    third = await handed_in(then, city.writers[2])
    await city.whole_within(history, 20)
    history.note("fault", what="clock a day ahead")
    began = time.monotonic()
    clock.set(due + DAY + timedelta(seconds=1))
    await until_async(lambda: fired(second), "the second is overdue too", limit=30)
    await city.whole_within(history, 20)
    recovery.took(time.monotonic() - began)
    assert [await overdue(processes, one) for one in (first, second, third)] == [1, 1, 0]


@pytest.mark.fault("F15", invariants="I5")
async def test_f15_a_door_a_day_off_is_not_believed(
    processes: Processes, city: City, clock: FileClock
) -> None:
    """The door's machine has another day: its word is refused or taken for late, and nothing is changed by it."""
    stack = processes.stack
    clock.set(datetime.now(UTC))
    signer = TokenSigner(stack.keys.token_private.read_bytes())
    counted = "select count(*) as n from draft"
    before = await fetch(stack, "proposals", counted)
    for by in (DAY, -DAY):
        caller = bus.Caller(city.house.connection, signer, OffClock(by))
        with pytest.raises(Refusal):
            await handed_in(House(stack, city.house.connection, caller), city.writers[0])
    assert await fetch(stack, "proposals", counted) == before
    await handed_in(city.house, city.writers[0])
