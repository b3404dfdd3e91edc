"""Row 57, 安庆市: 「预交办…协商调整、正式交办」, 「不协商不答复」, 「每半月督查工作进展，编发督查通报」.

An objection moves the unit and the proposer is told; then the formal dispatch; no reply without a recorded talk; a
circular each half-month.
"""

from datetime import date, timedelta
from typing import Final

import pytest

from chassis.calendar import add_working_days, local_date
from chassis.clock import SystemClock
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Refusal
from tests.handling_at_work import (
    Handled,
    Unit,
    drafted,
    office,
    pre_dispatched,
    seen_by,
    sign,
    talked,
    units,
)
from tests.house import House, person
from tests.proposals_at_work import open_session
from tests.waiting import until_async
from tongxin_contracts.notify.channels import ShowRoles
from tongxin_contracts.notify.circulars import SendCircular, SentCircular
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    Dispatch,
    Dispatched,
    DispatchItem,
    GiveOpinion,
    Reallocate,
    ReturnAllocation,
    SignReceipt,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import CircularAnswer, HandlingCircular, UnitProgress
from tongxin_contracts.words import (
    AllocationPart,
    AllocationState,
    AudienceKind,
    HandlingState,
    NoticeKind,
    TaskKind,
)

CITY: Final = "340800"
OFFICE: Final = office(CITY)
INSPECTION: Final = person(Role.INSPECTION_OFFICE, committee=CITY)


@pytest.fixture(scope="module")
async def staff(house: House) -> list[Unit]:
    """The wrong lead unit, the right one, and one beside it."""
    await open_session(house, CITY)
    return await units(house, CITY, "城管局", "住建局", "财政局")


async def desk(house: House, actor: Actor) -> MyWorkAnswer:
    return await house.ask_for(MyWorkAnswer, MyWork(committee=CITY), actor)


async def has_task(house: House, actor: Actor, kind: TaskKind, handled: Handled) -> bool:
    return any(
        todo.kind is kind and todo.about == handled.proposal_id for todo in (await desk(house, actor)).todos
    )


async def becomes_task(house: House, actor: Actor, kind: TaskKind, handled: Handled) -> None:
    await until_async(lambda: has_task(house, actor, kind, handled), f"{kind.label} is on the list of work")


async def is_told(house: House, actor: Actor, kind: NoticeKind, words: str = "") -> None:
    async def told() -> bool:
        notices = (await desk(house, actor)).notices
        return any(notice.kind is kind and words in notice.body for notice in notices)

    await until_async(told, f"told of {kind.label}")


async def send(house: House, handled: Handled) -> tuple[bool, str]:
    command = Dispatch(committee=CITY, items=[DispatchItem(proposal_id=handled.proposal_id)])
    (result,) = (await house.ask_for(Dispatched, command, OFFICE)).results
    return result.dispatched, result.reason or ""


def half_month(day: date) -> tuple[date, date]:
    """1st to 15th, 16th to the end of the month."""
    if day.day <= 15:
        return day.replace(day=1), day.replace(day=15)
    return day.replace(day=16), (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


async def progress(house: House, since: date, until: date) -> dict[str, UnitProgress]:
    query = HandlingCircular(committee=CITY, since=since, until=until)
    return {found.unit: found for found in (await house.ask_for(CircularAnswer, query, INSPECTION)).units}


@pytest.mark.playbook("57")
async def test_row_57_an_objection_moves_the_unit_then_dispatch_talk_reply_and_a_circular(
    house: House, staff: list[Unit]
) -> None:
    wrong, right, beside = staff
    today = local_date(SystemClock().now())

    # 预交办: both units are asked, with working days to object.
    handled = await pre_dispatched(house, CITY, wrong, [beside])
    where = {"committee": CITY, "proposal_id": handled.proposal_id}
    object_by = (await seen_by(house, handled, OFFICE)).object_by
    assert object_by is not None
    assert local_date(object_by) == add_working_days(today, 5)
    await becomes_task(house, wrong.liaison, TaskKind.CONFIRM_ALLOCATION, handled)

    # 协商调整: the objection waits for the office, nothing goes out, then the part moves and the proposer is told.
    returning = ReturnAllocation(**where, reason="排水管网由住建局管理", suggested_unit=right.id)
    await house.ask(returning, wrong.liaison)
    await becomes_task(house, OFFICE, TaskKind.RESOLVE_RETURN, handled)
    gone, why = await send(house, handled)
    assert not gone
    assert "还没有答复" in why
    moving = Reallocate(**where, unit_id=wrong.id, new_unit=right.id, answer_text="经协商，改由住建局主办")
    await house.ask(moving, OFFICE)
    await is_told(house, handled.proposer, NoticeKind.RETURN_ANSWERED, "改由住建局主办")
    found = await seen_by(house, handled, handled.proposer)
    assert {part.unit_id: (part.part, part.state) for part in found.units} == {
        wrong.id: (AllocationPart.LEAD, AllocationState.REPLACED),
        right.id: (AllocationPart.LEAD, AllocationState.PROPOSED),
        beside.id: (AllocationPart.CO, AllocationState.PROPOSED),
    }
    for unit in (right, beside):
        await house.ask(AcceptAllocation(**where), unit.liaison)

    # 正式交办, 签收.
    assert await send(house, handled) == (True, "")
    await is_told(house, handled.proposer, NoticeKind.PROPOSAL_DISPATCHED)
    handled = Handled(handled.proposal_id, CITY, handled.proposer, right, (beside,))
    for unit in (right, beside):
        await becomes_task(house, unit.liaison, TaskKind.SIGN_RECEIPT, handled)
        await house.ask(SignReceipt(**where), unit.liaison)
    await house.ask(GiveOpinion(**where, text="资金由年初预算安排。"), beside.handler)

    # 督查通报 of this half-month, while it is in hand.
    period = half_month(today)
    standing = (await progress(house, *period))["住建局"]
    assert (standing.dispatched, standing.signed, standing.replied, standing.overdue) == (1, 1, 0, 0)

    # 不协商不答复.
    await drafted(house, handled)
    with pytest.raises(Refusal, match="不协商不答复"):
        await house.ask(SubmitReply(**where), right.handler)
    await talked(house, handled)
    await is_told(house, handled.proposer, NoticeKind.TALK_RECORDED)
    signed = await sign(house, handled)
    await is_told(house, handled.proposer, NoticeKind.PROPOSAL_REPLIED, signed.letter_number)
    found = await seen_by(house, handled, handled.proposer)
    assert found.state is HandlingState.REPLIED
    assert found.opinions == []

    # 编发督查通报: the numbers moved; the half-month before has none of it; it goes out to the units' people.
    standing = (await progress(house, *period))["住建局"]
    assert (standing.replied, standing.replied_in_period, standing.dispatched_in_period) == (1, 1, 1)
    before = half_month(period[0] - timedelta(days=1))
    assert await progress(house, *before) == {}
    await house.ask(ShowRoles(committee=CITY), right.signer)
    circular = SendCircular(
        committee=CITY,
        circular_id=new_id(),
        title="提案办理督查通报",
        text=f"住建局交办 {standing.dispatched} 件，已答复 {standing.replied} 件。",
        audience=AudienceKind.ROLE,
        among=Role.UNIT_SIGNER.value,
    )
    assert (await house.ask_for(SentCircular, circular, INSPECTION)).told == 1
    await is_told(house, right.signer, NoticeKind.CIRCULAR, "已答复 1 件")
