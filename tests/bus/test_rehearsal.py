"""A past that is told afterwards: only in a rehearsal, never in the future, and whole: history, events, deadlines."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.calendar import add_working_days, deadline_instant, local_date
from chassis.ids import new_id
from chassis.problems import Forbidden, Malformed
from infra.local.checkup import check_up
from infra.local.stack import Stack
from tests.bus.wire import Wire, letter, message
from tests.faults.observed import fetch
from tests.house import COUNTY, House, person
from tests.proposals_at_work import TEXT
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal
from tongxin_contracts.proposals.queries import MyProposals

LAST_SPRING = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def proposals(stack: Stack, *, rehearsal: bool) -> AsyncIterator[House]:
    """The service as it is started for a demo, or as always, and somebody who asks."""
    process = await asyncio.to_thread(stack.start_service, "proposals", rehearsal=rehearsal)
    house = await House.open(stack)
    try:
        yield house
    finally:
        await house.close()
        await asyncio.to_thread(process.stop)


async def write(house: House, as_of: datetime | None) -> UUID:
    """A proposal handed in at that instant."""
    draft_id, member = new_id(), person(Role.MEMBER)
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=0, **TEXT), member, as_of=as_of)
    await house.ask(SubmitProposal(committee=COUNTY, draft_id=draft_id), member, as_of=as_of)
    return draft_id


async def test_in_a_rehearsal_a_command_happens_when_it_says(quiet_stack: Stack) -> None:
    async with proposals(quiet_stack, rehearsal=True) as house:
        proposal_id = await write(house, LAST_SPRING)
        today = await write(house, None)
        [row] = await rows(quiet_stack, "select * from proposal where id = $1", proposal_id)
        assert row["submitted_at"] == LAST_SPRING
        history = await rows(quiet_stack, "select at from history where aggregate = $1", proposal_id)
        assert {entry["at"] for entry in history} == {LAST_SPRING}
        events = await rows(quiet_stack, "select headers from outbox where aggregate = $1", proposal_id)
        assert {json.loads(event["headers"])["ce-time"] for event in events} == {LAST_SPRING.isoformat()}
        [deadline] = await rows(quiet_stack, "select * from deadline where matter = $1", proposal_id)
        assert deadline["anchor"] == LAST_SPRING
        days = (add_working_days(local_date(LAST_SPRING), days) for days in range(1, 40))
        assert deadline["due_at"] in {deadline_instant(day) for day in days}, (
            "counted from then, not from now"
        )
        assert deadline["fired_at"] is None, "passed long ago, and yet the next command of that past may come"
        [now] = await rows(quiet_stack, "select * from proposal where id = $1", today)
        assert datetime.now(UTC) - now["submitted_at"] < timedelta(minutes=1)


async def test_what_is_no_instant_of_the_past_is_refused(quiet_stack: Stack) -> None:
    async with proposals(quiet_stack, rehearsal=True) as house:
        for wrong in (datetime.now(UTC) + timedelta(minutes=1), LAST_SPRING.replace(tzinfo=None)):
            with pytest.raises(Malformed, match="办理时间"):
                await write(house, wrong)
        with pytest.raises(Malformed, match="查询"):
            await house.ask(MyProposals(committee=COUNTY), person(Role.MEMBER), as_of=LAST_SPRING)


async def test_outside_a_rehearsal_it_is_refused_and_never_ignored(quiet_stack: Stack) -> None:
    async with proposals(quiet_stack, rehearsal=False) as house:
        with pytest.raises(Forbidden, match="演练"):
            await write(house, LAST_SPRING)
        await write(house, None)


async def test_a_rehearsal_shows_and_the_doctor_warns(quiet_stack: Stack) -> None:
    async with proposals(quiet_stack, rehearsal=True):
        page = await asyncio.to_thread(readiness, quiet_stack)
        assert page["rehearsal"] is True
        found = await asyncio.to_thread(lambda: list(check_up(quiet_stack)))
        [said] = [finding for finding in found if finding.what == "演练方式"]
        assert not said.well
        assert "proposals" in said.said
    async with proposals(quiet_stack, rehearsal=False):
        found = await asyncio.to_thread(lambda: list(check_up(quiet_stack)))
        assert [finding.well for finding in found if finding.what == "演练方式"] == [True]


async def test_a_set_of_events_is_taken_at_the_latest_of_their_instants(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("rehearsed", rehearsal=True), new_id()
    first, second = message(aggregate, 1, at=LAST_SPRING), message(aggregate, 2)
    await inbox.take([letter(first), letter(second)])
    assert wire.instants == [second.envelope.time]
    third = message(new_id(), 1, at=LAST_SPRING)
    await inbox.take([letter(third)])
    assert wire.instants == [second.envelope.time, LAST_SPRING]
    assert await wire.effects(aggregate) == [1, 2]


def readiness(stack: Stack) -> dict[str, Any]:
    """What `/readyz` of proposals says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports.health['proposals']}/readyz") as page:
        said: dict[str, Any] = json.load(page)
    return said


async def rows(stack: Stack, sql: str, aggregate: UUID) -> list[Any]:
    """Rows of proposals' database."""
    return await fetch(stack, "proposals", sql, aggregate)
