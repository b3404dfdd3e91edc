"""Reminders follow the one table of open work and the working-day calendar; nobody is reminded of what is done."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.calendar import add_working_days, deadline_instant
from chassis.ids import new_id
from infra.local.stack import Stack
from services.notify.commands.show_roles import show_roles
from services.notify.reactions.unit_staffed import on_unit_staffed
from services.notify.rules.reminders import STEPS, turns
from services.notify.workers.reminding import remind
from tests.notify_at_work import Notify, noon, notify
from tongxin_contracts.members.events import UnitPost, UnitStaffed
from tongxin_contracts.notify.channels import ShowRoles
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import NoticeKind, UnitDuty

COMMITTEE = "351200"
MONDAY = noon(2031, 3, 3)
DUE = deadline_instant(noon(2031, 3, 20).date())
"""A Thursday: seven working days before is Tuesday the 11th, one before Wednesday the 19th."""
SOON, LATE, UP = NoticeKind.DUE_SOON, NoticeKind.OVERDUE, NoticeKind.ESCALATED


@pytest.fixture
async def house(stack: Stack) -> AsyncIterator[Notify]:
    async with notify(stack, COMMITTEE, MONDAY) as opened:
        yield opened


async def on(house: Notify, month: int, day: int) -> None:
    """A round at noon of a day; a second one changes nothing."""
    house.clock.at = noon(2031, month, day)
    for _ in range(2):
        async with house.work() as work:
            await remind(work)


async def kinds(house: Notify, person: UUID) -> list[NoticeKind]:
    return [kind for kind, _ in await house.told(person)]


async def staffed(house: Notify, **people: UUID) -> UUID:
    """A unit whose people are these: duty=person."""
    unit = new_id()
    posts = tuple(UnitPost(person_id=person, duty=UnitDuty(duty)) for duty, person in people.items())
    async with house.work() as work:
        await on_unit_staffed([house.incoming(UnitStaffed(unit_id=unit, posts=posts), unit)], work)
    return unit


async def holds(house: Notify, role: Role) -> UUID:
    """Somebody who signed in with a role."""
    person = new_id()
    async with house.work(role, person=person) as work:
        await show_roles(ShowRoles(committee=COMMITTEE), work)
    return person


async def test_before_and_after_the_deadline_once_each(house: Notify) -> None:
    person = new_id()
    await house.open_task("安装路灯", DUE, assignee_person=person)
    await on(house, 3, 10)
    assert await kinds(house, person) == []
    await on(house, 3, 11)
    assert await kinds(house, person) == [SOON]
    await on(house, 3, 18)
    assert await kinds(house, person) == [SOON]
    await on(house, 3, 19)
    assert await kinds(house, person) == [SOON, SOON]
    await on(house, 3, 21)
    assert await kinds(house, person) == [SOON, SOON, LATE]
    await on(house, 4, 2)
    assert await kinds(house, person) == [SOON, SOON, LATE]
    assert (await house.told(person))[0][1] == "3月20日到期：审查提案《安装路灯》"


async def test_what_is_done_reminds_nobody(house: Notify) -> None:
    person = new_id()
    task = await house.open_task("安装路灯", DUE, assignee_person=person)
    await house.close_task(task)
    for day in (11, 19, 21, 26):
        await on(house, 3, day)
    assert await kinds(house, person) == []


async def test_an_extended_date_moves_the_reminders(house: Notify) -> None:
    person = new_id()
    task = await house.open_task("延期的事", DUE, assignee_person=person)
    await on(house, 3, 11)
    await house.close_task(task)
    await house.open_task(
        "延期的事", deadline_instant(noon(2031, 4, 17).date()), assignee_person=person, matter=task
    )
    await on(house, 3, 19)
    await on(house, 3, 21)
    assert await kinds(house, person) == [SOON], "the old date is no date any more"
    await on(house, 4, 8)
    assert await kinds(house, person) == [SOON, SOON]


async def test_a_units_people_and_then_its_head(house: Notify) -> None:
    handler, head, stranger = new_id(), new_id(), new_id()
    unit = await staffed(house, handler=handler, signer=head)
    await staffed(house, handler=stranger, signer=stranger)
    await house.open_task("写答复", DUE, assignee_role=Role.UNIT_HANDLER.value, assignee_unit=unit)
    await on(house, 3, 19)
    await on(house, 3, 21)
    assert (await kinds(house, handler), await kinds(house, head)) == ([SOON, LATE], [])
    await on(house, 3, 25)
    assert (await kinds(house, handler), await kinds(house, head)) == ([SOON, LATE], [UP])
    assert await kinds(house, stranger) == []


async def test_a_role_and_then_who_leads_it(house: Notify) -> None:
    officer, chair = await holds(house, Role.PROPOSALS_OFFICE), await holds(house, Role.PROPOSALS_COMMITTEE)
    await house.open_task("审查", DUE, assignee_role=Role.PROPOSALS_OFFICE.value)
    await on(house, 3, 21)
    await on(house, 3, 25)
    assert (await kinds(house, officer), await kinds(house, chair)) == ([LATE], [UP])


async def test_a_heads_own_delay_goes_to_the_inspection_office(house: Notify) -> None:
    head, inspector = new_id(), await holds(house, Role.INSPECTION_OFFICE)
    unit = await staffed(house, signer=head)
    await house.open_task("签发", DUE, assignee_role=Role.UNIT_SIGNER.value, assignee_unit=unit)
    await on(house, 3, 21)
    await on(house, 3, 25)
    assert (await kinds(house, head), await kinds(house, inspector)) == ([LATE], [UP])


async def test_who_gives_a_role_up_is_told_of_it_no_more(house: Notify) -> None:
    person = await holds(house, Role.MEMBERS_OFFICE)
    async with house.work(Role.AUDITOR, person=person) as work:
        await show_roles(ShowRoles(committee=COMMITTEE), work)
    await house.open_task("名册", DUE, assignee_role=Role.MEMBERS_OFFICE.value)
    await on(house, 3, 21)
    assert await kinds(house, person) == []


async def test_work_that_came_late_is_not_reminded_of_days_before_it(house: Notify) -> None:
    person = new_id()
    house.clock.at = noon(2031, 3, 18)
    await house.open_task("急事", DUE, assignee_person=person)
    await on(house, 3, 18)
    assert await kinds(house, person) == []
    await on(house, 3, 19)
    assert await kinds(house, person) == [SOON]


async def test_after_days_away_only_the_newest_step_is_taken(house: Notify) -> None:
    person = new_id()
    await house.open_task("停机后的提醒", DUE, assignee_person=person)
    await on(house, 3, 20)
    assert await kinds(house, person) == [SOON]


async def test_hundreds_of_tasks_cost_as_many_statements_as_one(house: Notify) -> None:
    people = [new_id() for _ in range(120)]
    for person in people:
        await house.open_task("批量", DUE, assignee_person=person)
    house.clock.at = noon(2031, 3, 21)
    statements: list[str] = []
    async with house.work() as work:
        work.tx.raw.add_query_logger(lambda record: statements.append(record.query))
        assert await remind(work) >= 120
    assert len([found for found in statements if "todo" in found or "notice" in found]) == 3
    assert all([await kinds(house, person) == [LATE] for person in people])


def test_a_step_falls_at_nine_of_a_working_day() -> None:
    early = datetime(2031, 3, 11, 0, 59, tzinfo=UTC)
    due = DUE.date()
    assert not [turn for turn in turns(early, add_working_days) if turn.due_on == due]
    (turn,) = [
        turn for turn in turns(early.replace(hour=1, minute=0), add_working_days) if turn.due_on == due
    ]
    assert turn.step is STEPS[0]
