"""Pre-dispatch and dispatch where time passes: silence accepts, dates pass once, more time asked in time holds."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.calendar import CALENDAR_VERSION, local_date
from chassis.identity import Actor
from chassis.ids import derived_id
from chassis.problems import NotFound, Refusal, WrongState
from tests.handling_at_work import (
    Handled,
    Unit,
    dispatched,
    drafted,
    in_hand,
    office,
    pre_dispatched,
    replied,
    seen_by,
    sign,
    talked,
    today,
    units,
)
from tests.house import House, person
from tests.proposals_at_work import file, handed_in, open_session
from tests.replies_at_work import days_pass, proposals_database, row
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    AskExtension,
    CheckReply,
    DecideExtension,
    Dispatch,
    Dispatched,
    DispatchItem,
    GiveOpinion,
    PreDispatch,
    Reallocate,
    ReturnAllocation,
    SetResponsibilities,
    SignReceipt,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    CircularAnswer,
    DispatchDesk,
    HandlingCircular,
    HandlingPage,
)
from tongxin_contracts.words import AllocationPart, AllocationState, HandlingState, TaskKind

WHERE = "351041"
"""A committee of this module's own."""
NEVER = datetime.max.replace(tzinfo=UTC)
INSPECTION = person(Role.INSPECTION_OFFICE, committee=WHERE)


@pytest.fixture(scope="module")
async def staff(house: House) -> list[Unit]:
    """Three units of the committee, and its session."""
    await open_session(house, WHERE)
    return await units(house, WHERE, "交通局", "公安局", "财政局")


async def states(house: House, handled: Handled) -> dict[UUID, AllocationState]:
    return {part.unit_id: part.state for part in (await seen_by(house, handled, office(WHERE))).units}


async def move_back(house: House, statement: str, **values: object) -> None:
    """Have something been earlier than it was."""
    async with proposals_database(house.stack, WHERE) as tx:
        await tx.sql.execute(text(statement), values)


async def part_id(house: House, handled: Handled, unit: Unit) -> UUID:
    found = await seen_by(house, handled, office(WHERE))
    return next(part.allocation_id for part in found.units if part.unit_id == unit.id)


async def date_passes(house: House, handled: Handled, unit: Unit) -> None:
    """A unit's date was yesterday, and the sweep has seen it."""
    allocation = await part_id(house, handled, unit)
    for statement in (
        "update allocation set due_at = now() - interval '1 day' where id = :id",
        "update handling set due_at = now() - interval '1 day'"
        " where id = (select handling_id from allocation where id = :id and part = 'lead')",
    ):
        await move_back(house, statement, id=allocation)
    await days_pass(house, WHERE, "unit_due", allocation)


async def overdue_said(house: House, handled: Handled) -> int:
    """How often the history says that a date passed."""
    found = await seen_by(house, handled, office(WHERE))
    return sum(entry.action == "overdue" for entry in found.history)


async def is_overdue(house: House, handled: Handled) -> bool:
    desk = await house.ask_for(HandlingPage, DispatchDesk(committee=WHERE, overdue_only=True), office(WHERE))
    return handled.proposal_id in [found.proposal_id for found in desk.rows]


async def waits(house: House, handled: Handled, actor: Actor, kind: TaskKind) -> bool:
    work = await house.ask_for(MyWorkAnswer, MyWork(committee=WHERE), actor)
    return any(todo.kind is kind and todo.about == handled.proposal_id for todo in work.todos)


async def test_who_says_nothing_in_the_days_allowed_has_accepted(house: House, staff: list[Unit]) -> None:
    handled = await pre_dispatched(house, WHERE, staff[0], [staff[1], staff[2]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await house.ask(AcceptAllocation(**where), staff[0].liaison)
    await house.ask(ReturnAllocation(**where, reason="不在职责内"), staff[1].liaison)
    handling = derived_id("handling", handled.proposal_id)
    await move_back(
        house, "update handling set object_by = now() - interval '2 second' where id = :id", id=handling
    )
    late = ReturnAllocation(**where, reason="不属于我局")
    with pytest.raises(Refusal, match="已过退回期限"):
        await house.ask(late, staff[2].liaison)
    await days_pass(house, WHERE, "objection_over", handling)
    assert await states(house, handled) == {
        staff[0].id: AllocationState.ACCEPTED,
        staff[1].id: AllocationState.RETURNED,
        staff[2].id: AllocationState.ACCEPTED,
    }
    found = await row(
        house.stack, WHERE, "select rule, calendar_version from deadline where matter = :id", id=handling
    )
    assert "视为接受" in found.rule
    assert found.calendar_version == CALENDAR_VERSION

    async def nothing_left() -> bool:
        return not await waits(house, handled, staff[2].liaison, TaskKind.CONFIRM_ALLOCATION)

    await until_async(nothing_left, "the silent unit has nothing to answer any more")


async def test_the_inspection_office_can_answer_a_return_too(house: House, staff: list[Unit]) -> None:
    handled = await pre_dispatched(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await house.ask(ReturnAllocation(**where, reason="不在职责内"), staff[0].liaison)
    assert (await seen_by(house, handled, INSPECTION)).units[0].return_reason == "不在职责内"
    await house.ask(
        Reallocate(**where, unit_id=staff[0].id, answer_text="职责分工第三条，仍由你局主办"), INSPECTION
    )
    assert await states(house, handled) == {staff[0].id: AllocationState.ACCEPTED}
    with pytest.raises(WrongState, match="没有退回"):
        await house.ask(
            Reallocate(**where, unit_id=staff[0].id, new_unit=staff[1].id, answer_text="再改"), INSPECTION
        )


async def test_a_unit_that_has_a_part_cannot_take_another(house: House, staff: list[Unit]) -> None:
    handled = await pre_dispatched(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await house.ask(ReturnAllocation(**where, reason="不在职责内"), staff[0].liaison)
    with pytest.raises(Refusal) as refused:
        await house.ask(
            Reallocate(**where, unit_id=staff[0].id, new_unit=staff[1].id, answer_text="改由你局"),
            office(WHERE),
        )
    assert [error.field for error in refused.value.errors or []] == ["new_unit"]
    assert (await states(house, handled))[staff[0].id] is AllocationState.RETURNED


async def test_many_go_out_at_once_and_those_that_cannot_say_why(house: House, staff: list[Unit]) -> None:
    ready = [await pre_dispatched(house, WHERE, staff[0]) for _ in range(3)]
    for handled in ready:
        await house.ask(AcceptAllocation(committee=WHERE, proposal_id=handled.proposal_id), staff[0].liaison)
    waiting = await pre_dispatched(house, WHERE, staff[0])
    seen = [(await seen_by(house, handled, office(WHERE))).version for handled in ready]
    items = [
        DispatchItem(proposal_id=handled.proposal_id, expected_version=version)
        for handled, version in zip((*ready, waiting), (*seen[:2], seen[2] + 1, None), strict=True)
    ]
    answer = await house.ask_for(Dispatched, Dispatch(committee=WHERE, items=items), office(WHERE))
    assert [found.dispatched for found in answer.results] == [True, True, False, False]
    assert "有变化" in str(answer.results[2].reason)
    assert "没有确认" in str(answer.results[3].reason)
    again = await house.ask_for(
        Dispatched,
        Dispatch(committee=WHERE, items=[DispatchItem(proposal_id=ready[0].proposal_id)]),
        office(WHERE),
    )
    assert "不需要再交办" in str(again.results[0].reason)


async def test_units_that_answer_separately_have_the_lead_units_months(
    house: House, staff: list[Unit]
) -> None:
    first = await pre_dispatched(house, WHERE, staff[0])
    await house.ask(AcceptAllocation(committee=WHERE, proposal_id=first.proposal_id), staff[0].liaison)
    proposal_id = await handed_in(house, first.proposer)
    await file(house, proposal_id, committee=WHERE)
    command = PreDispatch(
        committee=WHERE, proposal_id=proposal_id, lead_unit=staff[0].id, co_units=[staff[1].id], separate=True
    )
    await house.ask(command, office(WHERE))
    for unit in staff[:2]:
        await house.ask(AcceptAllocation(committee=WHERE, proposal_id=proposal_id), unit.liaison)
    await house.ask(Dispatch(committee=WHERE, items=[DispatchItem(proposal_id=proposal_id)]), office(WHERE))
    handled = Handled(proposal_id, WHERE, first.proposer, staff[0], (staff[1],))
    lead, beside = (await seen_by(house, handled, office(WHERE))).units
    assert beside.part is AllocationPart.SEPARATE
    assert beside.due_at == lead.due_at


async def test_a_date_that_passes_is_said_once_and_the_work_stays_open(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0], [staff[1]])
    await date_passes(house, handled, staff[0])
    assert await overdue_said(house, handled) == 1
    assert await is_overdue(house, handled)
    assert await waits(house, handled, staff[0].handler, TaskKind.HANDLE_PROPOSAL)
    with pytest.raises(Refusal, match="已经超过办理期限"):
        await house.ask(
            AskExtension(
                committee=WHERE,
                proposal_id=handled.proposal_id,
                until=today() + timedelta(days=20),
                reason="来不及",
            ),
            staff[0].handler,
        )
    await date_passes(house, handled, staff[1])
    assert await overdue_said(house, handled) == 2


async def test_parts_of_one_proposal_that_fall_due_together_are_each_said(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0], staff[1:])
    parts = [await part_id(house, handled, unit) for unit in staff]
    await move_back(
        house, "update allocation set due_at = now() - interval '1 day' where id = any(:ids)", ids=parts
    )
    await move_back(
        house,
        "update deadline set due_at = now() where kind = 'unit_due' and matter = any(:ids)",
        ids=parts,
    )

    async def all_said() -> bool:
        return await overdue_said(house, handled) == len(staff)

    await until_async(all_said, "each unit's date is said", limit=15)


async def test_more_time_asked_in_time_is_never_overdue_while_it_is_undecided_or_granted(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    until = local_date((await seen_by(house, handled, office(WHERE))).due_at or NEVER) + timedelta(14)
    await house.ask(AskExtension(**where, until=until, reason="等待立项批复"), staff[0].handler)
    await date_passes(house, handled, staff[0])
    assert not await is_overdue(house, handled)
    assert (await seen_by(house, handled, handled.proposer)).units[0].asked_until == until
    await house.ask(DecideExtension(**where, granted=True), office(WHERE))
    assert not await is_overdue(house, handled)
    assert await overdue_said(house, handled) == 0
    found = await seen_by(house, handled, office(WHERE))
    assert (found.units[0].extended, found.units[0].asked_until) == (True, None)
    due_at = found.due_at
    assert due_at is not None
    assert local_date(due_at) >= until


async def test_what_was_asked_in_the_first_round_holds_nothing_back_in_the_second(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    until = local_date((await seen_by(house, handled, office(WHERE))).due_at or NEVER) + timedelta(14)
    await house.ask(AskExtension(**where, until=until, reason="等待立项批复"), staff[0].handler)
    handling = derived_id("handling", handled.proposal_id)
    await move_back(house, "update handling set round = 2, state = 'rehandling' where id = :id", id=handling)
    await date_passes(house, handled, staff[0])
    assert await is_overdue(house, handled)
    assert (await seen_by(house, handled, office(WHERE))).units[0].asked_until is None


async def test_a_refusal_after_the_date_says_that_it_has_passed(house: House, staff: list[Unit]) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    until = local_date((await seen_by(house, handled, office(WHERE))).due_at or NEVER) + timedelta(14)
    await house.ask(AskExtension(**where, until=until, reason="等待立项批复"), staff[0].handler)
    await date_passes(house, handled, staff[0])
    with pytest.raises(WrongState, match="请写明理由"):
        await house.ask(DecideExtension(**where, granted=False), office(WHERE))
    await house.ask(DecideExtension(**where, granted=False, reason="已有立项批复"), office(WHERE))
    assert await overdue_said(house, handled) == 1
    assert await is_overdue(house, handled)


async def test_who_signs_after_the_reply_is_given_nothing_to_do(house: House, staff: list[Unit]) -> None:
    handled = await dispatched(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await house.ask(SignReceipt(**where), staff[0].liaison)
    await talked(house, handled)
    await drafted(house, handled)
    await sign(house, handled)
    await house.ask(SignReceipt(**where), staff[1].liaison)
    later = await in_hand(house, WHERE, staff[0], [staff[1]])

    async def the_later_one() -> bool:
        return await waits(house, later, staff[1].handler, TaskKind.GIVE_OPINION)

    await until_async(the_later_one, "work of the later proposal is there")
    assert not await waits(house, handled, staff[1].handler, TaskKind.GIVE_OPINION)


async def test_nobody_of_another_unit_or_duty_handles_it(house: House, staff: list[Unit]) -> None:
    handled = await in_hand(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    lines = SetResponsibilities.model_validate(
        where | {"lines": [{"suggestion": 0, "what": "清淤", "who": "排水科", "due_on": today()}]}
    )
    with pytest.raises(WrongState, match="由主办单位办理"):
        await house.ask(lines, staff[1].handler)
    with pytest.raises(NotFound):
        await house.ask(lines, staff[2].handler)


async def test_a_co_handler_does_not_read_what_the_lead_units_checker_said(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await house.ask(GiveOpinion(**where, text="同意。"), staff[1].handler)
    await talked(house, handled)
    await drafted(house, handled)
    await house.ask(SubmitReply(**where), staff[0].handler)
    await house.ask(CheckReply(**where, passed=False, remarks="口径不对，重写"), staff[0].checker)
    reads = {
        name: "口径不对" in str((await seen_by(house, handled, actor)).history)
        for name, actor in {
            "lead": staff[0].handler,
            "office": office(WHERE),
            "co": staff[1].handler,
            "proposer": handled.proposer,
        }.items()
    }
    assert reads == {"lead": True, "office": True, "co": False, "proposer": False}


async def test_a_circular_counts_what_is_open_and_what_moved_in_its_half_month(
    house: House, staff: list[Unit]
) -> None:
    (unit,) = await units(house, WHERE, "文旅局")
    answered, old = await replied(house, WHERE, unit), await in_hand(house, WHERE, unit)
    await dispatched(house, WHERE, unit)
    handling = derived_id("handling", old.proposal_id)
    await move_back(
        house, "update handling set dispatched_at = now() - interval '400 days' where id = :id", id=handling
    )
    await date_passes(house, old, unit)
    query = HandlingCircular(committee=WHERE, since=today() - timedelta(days=10), until=today())
    answer = await house.ask_for(CircularAnswer, query, INSPECTION)
    counted = next(found for found in answer.units if found.unit_id == unit.id)
    assert counted.model_dump(exclude={"unit_id", "unit"}) == {
        "dispatched": 3,
        "signed": 2,
        "replied": 1,
        "extended": 0,
        "overdue": 1,
        "dispatched_in_period": 2,
        "replied_in_period": 1,
    }
    before = HandlingCircular(
        committee=WHERE, since=today() - timedelta(days=30), until=today() - timedelta(days=11)
    )
    earlier = await house.ask_for(CircularAnswer, before, INSPECTION)
    counted = next(found for found in earlier.units if found.unit_id == unit.id)
    assert (counted.dispatched, counted.replied, counted.replied_in_period) == (1, 0, 0)
    assert (await seen_by(house, answered, office(WHERE))).state is HandlingState.REPLIED
