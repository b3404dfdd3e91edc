"""F20: whatever followers made of the lost hour goes back with the owner; what left the house is listed for people.

Each of the three owners that others keep something of goes back in turn. The measure is what followers held when the
backup was made: after the reconciliation they hold exactly that again.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import derived_id, new_id
from infra.local.stack import Stack
from infra.recovery.backup import back_up
from infra.recovery.outside import told_outside
from infra.recovery.reconcile import differences, mend_all, open_marks
from tests.consultation_at_work import adopt, complete, seen, start, take, until_known
from tests.consultation_at_work import office as consulting
from tests.faults.city import PEOPLE, City
from tests.faults.conftest import Processes
from tests.faults.frame import History, Recovery
from tests.faults.kept import kept, notices
from tests.faults.observed import fetch
from tests.faults.test_restored import go_back, quiet, until_whole, version_of
from tests.handling_at_work import Unit, dispatched, drafted, in_hand, talked, units
from tests.house import COUNTY, House, person
from tests.members_at_work import as_xlsx, import_roster, roster_rows
from tests.proposals_at_work import file, handed_in
from tests.waiting import until_async
from tongxin_contracts.consultation.processes import ConcludeProcess
from tongxin_contracts.consultation.teams import TeamMember
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.joint_commands import WithdrawProposal
from tongxin_contracts.words import ProcessOutcome, Sector, StepOutcome, TeamPart

MEETING: Final[dict[str, Any]] = {
    "code": "one_meeting",
    "name": "一次微协商",
    "steps": [
        {
            "code": "meet",
            "name": "协商",
            "who": "committee_office",
            "kind": "meeting",
            "needs": [],
            "next": [{"outcome": "consensus", "to": "end"}, {"outcome": "no_consensus", "to": "end"}],
        }
    ],
}


async def begun(house: House, writer: Actor) -> UUID:
    """A consultation on a proposal of theirs, in which they take part."""
    proposal_id = await handed_in(house, writer)
    await file(house, proposal_id)
    topic_id = await take(house, COUNTY, proposal_id)
    team = [TeamMember(part=TeamPart.FIXED, name="委员", person_id=writer.person)]
    return await start(house, COUNTY, "one_meeting", topic_id=topic_id, place="城关镇", team=team)


async def conclude(house: House, process_id: UUID) -> None:
    """Hold the one meeting and write down what it came to."""
    await complete(house, COUNTY, process_id, consulting(COUNTY), StepOutcome.CONSENSUS)
    command = ConcludeProcess(
        committee=COUNTY,
        process_id=process_id,
        expected_version=(await seen(house, COUNTY, process_id)).version,
        outcome=ProcessOutcome.ADVICE,
        summary="汛前完成清淤。",
    )
    await house.ask(command, consulting(COUNTY))


async def restored(processes: Processes, folder: Path, service: str, recovery: Recovery) -> None:
    """Go back, reconcile, start again."""
    await go_back(processes, folder, service)
    found = await differences(processes.stack, service)
    with recovery.timed(within=30):
        await mend_all(processes.stack, found)
        await asyncio.to_thread(processes.start, service)


@pytest.fixture(scope="module")
async def unit(city: City) -> Unit:
    """A unit with its people, known to whoever needs to know it."""
    (made,) = await units(city.house, COUNTY, "排水处")
    await until_known(city.house, COUNTY, made.id)
    return made


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(300)
async def test_f20_a_handling_of_the_lost_hour_leaves_nothing_at_followers(
    processes: Processes, city: City, unit: Unit, history: History, recovery: Recovery
) -> None:
    """Withdrawn, filed, dispatched, signed for and drafted: work, points, topics and notices stand as they stood at the backup."""
    stack, house, writer = processes.stack, city.house, city.writers[0]
    withdrawn, waiting = await handed_in(house, writer), await handed_in(house, writer)
    await dispatched(house, COUNTY, unit)
    await city.whole_within(history, 20)
    backup = await asyncio.to_thread(back_up, stack, stack.data / "handled", say=quiet)
    before, told = await kept(stack, "members", "consultation", "notify"), await notices(stack)

    await house.ask(
        WithdrawProposal(committee=COUNTY, proposal_id=withdrawn, expected_version=1, reason="另行提交"),
        writer,
    )
    await file(house, waiting)
    another = await in_hand(house, COUNTY, unit)
    await talked(house, another)
    await drafted(house, another)
    await until_whole(city)
    mailed = await mail_of_lost_hour(stack, waiting, writer.person)
    await told_agency(stack, waiting)
    assert (await kept(stack, "members", "consultation", "notify")) != before
    assert len(await notices(stack)) > len(told) + 3

    history.note("fault", what="proposals restored to before a handling")
    await restored(processes, backup.folder, "proposals", recovery)
    await city.whole_within(history, 20)
    assert await kept(stack, "members", "consultation", "notify") == before
    assert await notices(stack) == told
    assert await differences(stack) == []

    kinds = {mark.kind for mark in await open_marks(stack)}
    assert {"proposal", "handling", "task"} <= kinds, "staff looks at each"
    outside = [one for one in await told_outside(stack) if one.aggregate == waiting]
    assert {(one.road, one.whom) for one in outside} == {
        ("mail", str(writer.person)),
        ("agency", "督查室 proposals.proposal_filed"),
    }, f"of {mailed}"
    states = await fetch(stack, "notify", "select state from delivery order by state")
    assert [row["state"] for row in states] == ["delivered", "stopped"], "what waits does not leave"
    await file(house, waiting, version=await version_of(stack, waiting))
    await city.whole_within(history, 20)


async def mail_of_lost_hour(stack: Stack, proposal_id: UUID, who: UUID) -> UUID:
    """As if the notice of a filing had been mailed: nobody has a confirmed address here."""
    (notice,) = await fetch(
        stack,
        "notify",
        "select id from notice where matter = $1 and person = $2 and kind = 'proposal_filed'",
        proposal_id,
        who,
    )
    (mail,) = await fetch(
        stack,
        "notify",
        "insert into mail (id, committee, person, kind, subject, state, attempts, made_at, next_at, sent_at)"
        " values ($1, $2, $3, 'notice', '立案', 'sent', 1, now(), now(), now()) returning id",
        derived_id("mail", notice["id"]),
        COUNTY,
        who,
    )
    found: UUID = mail["id"]
    return found


async def told_agency(stack: Stack, proposal_id: UUID) -> None:
    """As if an agency had been told of the filing, and were about to be told of another event of that time."""
    subscription = new_id()
    await fetch(
        stack,
        "notify",
        "insert into subscription (id, committee, version, agency, agency_name, events, clearance, road, since)"
        " values ($1, $2, 1, 'inspection', '督查室', '{proposals.proposal_filed}', 'public', 'webhook', now()) returning id",
        subscription,
        COUNTY,
    )
    events = await fetch(
        stack,
        "proposals",
        "select message_id from outbox where stream = 'EVT_PROPOSALS' and (aggregate = $1 and version = 2"
        " or headers like '%proposal_withdrawn%') order by aggregate = $1 desc",
        proposal_id,
    )
    for event, state, attempts in zip(events, ("delivered", "waiting"), (1, 0), strict=True):
        await fetch(
            stack,
            "notify",
            "insert into delivery (message_id, committee, subscription_id, event_id, event, at, road, state, attempts,"
            " repeats, is_test) values ($1, $2, $3, $4, 'proposals.proposal_filed', now(), 'webhook', $5, $6, 0, false)"
            " returning event_id",
            new_id(),
            COUNTY,
            subscription,
            event["message_id"],
            state,
            attempts,
        )


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(300)
async def test_f20_units_and_members_of_the_lost_hour_are_again_who_they_were(
    processes: Processes, city: City, unit: Unit, history: History, recovery: Recovery
) -> None:
    stack, house = processes.stack, city.house
    await asyncio.to_thread(processes.start, "portal")
    await city.whole_within(history, 20)
    before = await kept(stack)
    backup = await asyncio.to_thread(back_up, stack, stack.data / "members", say=quiet)

    staff, new = person(Role.PROPOSALS_OFFICE), new_id()
    version = (await fetch(stack, "members", "select version from unit where id = $1", unit.id))[0]["version"]
    await house.ask(
        RegisterUnit(
            committee=COUNTY, unit_id=unit.id, name="水务局", short_name="水务", expected_version=version
        ),
        staff,
    )
    await house.ask(
        StaffUnit(committee=COUNTY, unit_id=unit.id, expected_version=version + 1, posts=[]), staff
    )
    await house.ask(RegisterUnit(committee=COUNTY, unit_id=new, name="新设局", short_name="新设"), staff)
    rows = roster_rows(COUNTY, PEOPLE + 1)
    moved = replace(rows[0], sector=next(sector for sector in Sector if sector is not rows[0].sector))
    await import_roster(house, COUNTY, as_xlsx([moved, *rows[1:]]))

    async def known() -> bool:
        now = await kept(stack)
        new_here = {name for name, rows in now.items() if rows - before[name]}
        return {"proposals.units", "proposals.members", "notify.members"} <= new_here

    await until_async(known, "followers have taken the lost hour", 20)
    await until_whole(city)
    history.note("fault", what="members restored to before")
    await restored(processes, backup.folder, "members", recovery)
    await city.whole_within(history, 20)

    async def as_before() -> bool:
        return await kept(stack) == before

    await until_async(as_before, "followers hold what they held", 20)


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(300)
async def test_f20_a_consultation_of_the_lost_hour_leaves_neither_points_nor_evidence(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    stack, house, writer = processes.stack, city.house, city.writers[1]
    await adopt(house, COUNTY, "open_talk", **MEETING)
    held, lost = [await begun(house, writer) for _ in range(2)]
    await conclude(house, held)
    await city.whole_within(history, 20)
    before = await kept(stack, "members", "proposals")
    assert len(before["proposals.evidence"]) == 1
    backup = await asyncio.to_thread(back_up, stack, stack.data / "consulted", say=quiet)

    await conclude(house, lost)
    await until_whole(city)
    assert len((await kept(stack, "proposals"))["proposals.evidence"]) == 2
    history.note("fault", what="consultation restored to before an outcome")
    await restored(processes, backup.folder, "consultation", recovery)
    await city.whole_within(history, 20)
    assert await kept(stack, "members", "proposals") == before

    # Not for the checker: the proposers were told of the evidence by proposals, which did not go back, and hear it again.
    await conclude(house, lost)

    async def counts_again() -> bool:
        again = await kept(stack, "members", "proposals")
        points = len(again["members.facts"]) == len(before["members.facts"]) + 1
        return points and len(again["proposals.evidence"]) == 2

    await until_async(counts_again, "what happens again counts again", 20)
