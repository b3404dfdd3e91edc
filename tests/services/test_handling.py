"""Handling on real services: pre-dispatch to the signed reply, each refusal with what to do."""

import asyncio
from datetime import date, timedelta

import pytest

from chassis.calendar import is_working_day, local_date
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, Refusal, VersionClash, WrongState
from tests.handling_at_work import (
    Unit,
    dispatched,
    drafted,
    in_hand,
    office,
    pre_dispatched,
    replied,
    reply_lines,
    seen_by,
    sign,
    talked,
    today,
    units,
)
from tests.house import House, person
from tests.proposals_at_work import handed_in, open_session
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    AdoptDispatchRules,
    AskExtension,
    CheckReply,
    DecideExtension,
    Dispatch,
    Dispatched,
    DispatchItem,
    DraftReply,
    GiveOpinion,
    PreDispatch,
    Reallocate,
    ReplyDrafted,
    ReportResult,
    ResponsibilityLine,
    ReturnAllocation,
    ReturnToDrafting,
    SetResponsibilities,
    SignReceipt,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    CircularAnswer,
    CurrentDispatchRules,
    DispatchDesk,
    DispatchRulesAnswer,
    HandlingCircular,
    HandlingPage,
    UnitDesk,
)
from tongxin_contracts.words import AllocationState, HandlingState, ReplyClass, ReplyStage

WHERE = "351021"
"""A committee of this module's own."""


@pytest.fixture(scope="module")
async def staff(house: House) -> list[Unit]:
    """Three units of the committee, and its session."""
    await open_session(house, WHERE)
    return await units(house, WHERE, "水利局", "住建局", "城管局")


async def refused(house: House, command, actor, kind: type[Refusal] = WrongState) -> str:  # type: ignore[no-untyped-def]
    """What the refusal says."""
    with pytest.raises(kind) as found:
        await house.ask(command, actor)
    return f"{found.value.detail} {[error.message for error in found.value.errors or []]}"


async def test_only_what_is_filed_is_pre_dispatched_and_once(house: House, staff: list[Unit]) -> None:
    waiting = await handed_in(house, person(Role.MEMBER, committee=WHERE))
    command = PreDispatch(committee=WHERE, proposal_id=waiting, lead_unit=staff[0].id)
    assert "已立案" in await refused(house, command, office(WHERE))
    handled = await pre_dispatched(house, WHERE, staff[0], [staff[1]])
    again = PreDispatch(committee=WHERE, proposal_id=handled.proposal_id, lead_unit=staff[0].id)
    assert "已经预交办" in await refused(house, again, office(WHERE))


async def test_a_unit_cannot_be_lead_and_beside_and_must_be_known(house: House, staff: list[Unit]) -> None:
    twice = PreDispatch(committee=WHERE, proposal_id=new_id(), lead_unit=staff[0].id, co_units=[staff[0].id])
    assert "不能同时是会办" in await refused(house, twice, office(WHERE), Invalid)
    handled = await pre_dispatched(house, WHERE, staff[0])
    with pytest.raises(NotFound):
        await house.ask(AcceptAllocation(committee=WHERE, proposal_id=handled.proposal_id), staff[2].liaison)


async def test_a_returned_allocation_moves_to_another_unit(house: House, staff: list[Unit]) -> None:
    handled = await pre_dispatched(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    back = ReturnAllocation(**where, reason="管网养护不在我局职责内", suggested_unit=staff[2].id)
    await house.ask(back, staff[0].liaison)
    items = [DispatchItem(proposal_id=handled.proposal_id)]
    sent = await house.ask_for(Dispatched, Dispatch(committee=WHERE, items=items), office(WHERE))
    assert not sent.results[0].dispatched
    assert "退回" in str(sent.results[0].reason)
    desk = await house.ask_for(HandlingPage, DispatchDesk(committee=WHERE, returned_only=True), office(WHERE))
    assert handled.proposal_id in [row.proposal_id for row in desk.rows]
    move = Reallocate(
        **where, unit_id=staff[0].id, new_unit=staff[2].id, answer_text="经研究，改由城管局主办"
    )
    await house.ask(move, office(WHERE))
    found = await seen_by(house, handled, office(WHERE))
    assert {part.unit_id: part.state for part in found.units} == {
        staff[0].id: AllocationState.REPLACED,
        staff[1].id: AllocationState.PROPOSED,
        staff[2].id: AllocationState.PROPOSED,
    }
    for unit in (staff[1], staff[2]):
        await house.ask(AcceptAllocation(**where), unit.liaison)
    sent = await house.ask_for(Dispatched, Dispatch(committee=WHERE, items=items), office(WHERE))
    assert sent.results[0].dispatched
    assert (await seen_by(house, handled, staff[2].handler)).state is HandlingState.DISPATCHED


async def test_months_are_counted_from_the_dispatch_and_end_on_a_working_day(
    house: House, staff: list[Unit]
) -> None:
    handled = await dispatched(house, WHERE, staff[0], [staff[1]])
    found = await seen_by(house, handled, office(WHERE))
    lead, co = (local_date(part.due_at) for part in found.units if part.due_at)
    assert is_working_day(lead)
    assert is_working_day(co)
    assert timedelta(days=88) <= lead - today() <= timedelta(days=104)
    assert timedelta(days=27) <= co - today() <= timedelta(days=43)


async def test_the_committee_can_have_times_of_its_own(house: House) -> None:
    where = "351022"
    assert (
        await house.ask_for(DispatchRulesAnswer, CurrentDispatchRules(committee=where), office(where))
    ).lead_months == 3
    command = AdoptDispatchRules(
        committee=where,
        object_days=3,
        answer_days=7,
        lead_months=2,
        co_months=1,
        source="《提案办理办法》第十二条",
    )
    await house.ask(command, office(where))
    found = await house.ask_for(DispatchRulesAnswer, CurrentDispatchRules(committee=where), office(where))
    assert (found.object_days, found.lead_months, found.source) == (3, 2, "《提案办理办法》第十二条")


async def test_only_the_leads_signature_sets_it_going(house: House, staff: list[Unit]) -> None:
    handled = await dispatched(house, WHERE, staff[0], [staff[1]])
    receipt = SignReceipt(committee=WHERE, proposal_id=handled.proposal_id)
    await house.ask(receipt, staff[1].liaison)
    assert (await seen_by(house, handled, office(WHERE))).state is HandlingState.DISPATCHED
    with pytest.raises(Forbidden):
        await house.ask(receipt, staff[0].handler)
    await house.ask(receipt, staff[0].liaison)
    assert (await seen_by(house, handled, office(WHERE))).state is HandlingState.IN_HAND
    assert "不需要签收" in await refused(house, receipt, staff[0].liaison)


async def test_a_line_without_data_is_not_closed(house: House, staff: list[Unit]) -> None:
    """Row 44: 均有准确数据和准确内容."""
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    until = today() + timedelta(days=40)
    lines = [
        ResponsibilityLine(suggestion=place, what=f"措施{place}", who="排水科", due_on=until)
        for place in range(3)
    ]
    missing = SetResponsibilities(**where, lines=lines[:2])
    assert "第 3 条建议还没有落实措施" in await refused(house, missing, staff[0].handler, Invalid)
    await house.ask(SetResponsibilities(**where, lines=lines), staff[0].handler)
    line = (await seen_by(house, handled, staff[0].handler)).responsibilities[0]
    vague = ReportResult(**where, line_id=line.line_id, evidence="已经落实到位")
    assert "准确数据" in await refused(house, vague, staff[0].handler)
    await house.ask(
        ReportResult(**where, line_id=line.line_id, evidence="更换主管 3 处，共 860 米"), staff[0].handler
    )
    found = await seen_by(house, handled, handled.proposer)
    assert [bool(line.done_at) for line in found.responsibilities] == [True, False, False]


async def test_an_opinion_reaches_the_lead_unit_and_nobody_else(house: House, staff: list[Unit]) -> None:
    handled = await in_hand(house, WHERE, staff[0], [staff[1], staff[2]])
    command = GiveOpinion(committee=WHERE, proposal_id=handled.proposal_id, text="管线迁改由我局配合。")
    await house.ask(command, staff[1].handler)
    seen = {
        name: [opinion.text for opinion in (await seen_by(house, handled, actor)).opinions]
        for name, actor in {
            "lead": staff[0].handler,
            "author": staff[1].handler,
            "other": staff[2].handler,
            "proposer": handled.proposer,
            "office": office(WHERE),
            "above": person(Role.PROPOSALS_OFFICE, committee="351000"),
        }.items()
    }
    text = "管线迁改由我局配合。"
    assert seen == {
        "lead": [text],
        "author": [text],
        "other": [],
        "proposer": [],
        "office": [text],
        "above": [],
    }
    with pytest.raises(NotFound):
        await seen_by(house, handled, person(Role.MEMBER, committee=WHERE))


async def test_no_reply_without_a_talk_and_without_the_opinions(house: House, staff: list[Unit]) -> None:
    """Row 57: 不协商不答复."""
    handled = await in_hand(house, WHERE, staff[0], [staff[1]])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await drafted(house, handled, reply_lines(ReplyClass.A, ReplyClass.B))
    submit = SubmitReply(**where)
    assert "不协商不答复" in await refused(house, submit, staff[0].handler, Refusal)
    await talked(house, handled)
    assert "住建局" in await refused(house, submit, staff[0].handler, Refusal)
    await house.ask(GiveOpinion(**where, text="同意。"), staff[1].handler)
    assert "第 3 条建议还没有答复" in await refused(house, submit, staff[0].handler, Invalid)
    await drafted(house, handled, reply_lines(ReplyClass.A, ReplyClass.B, ReplyClass.C))
    await house.ask(submit, staff[0].handler)
    assert (await seen_by(house, handled, staff[0].checker)).replies[0].stage is ReplyStage.CHECKING
    assert (await seen_by(house, handled, handled.proposer)).replies == []


async def test_draft_check_sign_and_back(house: House, staff: list[Unit]) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    await talked(house, handled)
    await drafted(house, handled)
    await house.ask(SubmitReply(**where), staff[0].handler)
    assert "不能修改" in await refused(house, _draft(where), staff[0].handler)
    await house.ask(CheckReply(**where, passed=False, remarks="第二条写明时间"), staff[0].checker)
    await drafted(house, handled, reply_lines(ReplyClass.A, ReplyClass.B, ReplyClass.A))
    await house.ask(SubmitReply(**where), staff[0].handler)
    await house.ask(CheckReply(**where, passed=True), staff[0].checker)
    await house.ask(ReturnToDrafting(**where, remarks="抬头有误"), staff[0].signer)
    signed = await sign(house, handled)
    assert signed.reply_class is ReplyClass.B
    assert f"〔{today().year}〕" in signed.letter_number
    found = await seen_by(house, handled, handled.proposer)
    assert found.state is HandlingState.REPLIED
    assert found.replies[0].letter_number == signed.letter_number
    assert found.replies[0].drafted_by is None


def _draft(where: dict) -> object:  # type: ignore[type-arg]
    return DraftReply(**where)


async def test_letters_of_a_unit_are_numbered_without_gaps(house: House, staff: list[Unit]) -> None:
    (unit,) = await units(house, WHERE, "民政局")
    for _ in range(2):
        await replied(house, WHERE, unit)
    handled = await replied(house, WHERE, unit)
    number = (await seen_by(house, handled, handled.proposer)).replies[0].letter_number
    assert number == f"民政局提案复〔{today().year}〕3号"


async def test_letters_signed_at_once_are_numbered_without_gaps(house: House, staff: list[Unit]) -> None:
    (unit,) = await units(house, WHERE, "卫健委")
    ready = [await in_hand(house, WHERE, unit) for _ in range(4)]
    for handled in ready:
        await talked(house, handled)
        await drafted(house, handled)
    signed = await asyncio.gather(*(sign(house, handled) for handled in ready))
    year = today().year
    assert sorted(one.letter_number for one in signed) == [
        f"卫健委提案复〔{year}〕{serial}号" for serial in range(1, 5)
    ]


async def test_an_extension_is_granted_once_and_never_shown_as_overdue(
    house: House, staff: list[Unit]
) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    before = (await seen_by(house, handled, staff[0].handler)).due_at
    assert before is not None
    too_far = AskExtension(**where, until=local_date(before) + timedelta(days=200), reason="跨年度项目")
    assert "最长 6 个月" in await refused(house, too_far, staff[0].handler, Refusal)
    asked = AskExtension(**where, until=local_date(before) + timedelta(days=20), reason="等待立项批复")
    await house.ask(asked, staff[0].handler)
    assert "已经申请过" in await refused(house, asked, staff[0].handler, Refusal)
    await house.ask(DecideExtension(**where, granted=True), office(WHERE))
    found = await seen_by(house, handled, staff[0].handler)
    assert found.due_at is not None
    assert found.due_at > before
    assert found.units[0].extended


async def test_desks_show_what_is_due_first(house: House, staff: list[Unit]) -> None:
    (unit,) = await units(house, WHERE, "教育局")
    made = [await in_hand(house, WHERE, unit) for _ in range(3)]
    first = await house.ask_for(HandlingPage, UnitDesk(committee=WHERE, limit=2), unit.handler)
    rest = await house.ask_for(
        HandlingPage, UnitDesk(committee=WHERE, limit=2, after=first.next), unit.handler
    )
    assert [row.proposal_id for row in (*first.rows, *rest.rows)] == [one.proposal_id for one in made]
    circular = HandlingCircular(committee=WHERE, since=date(2026, 1, 1), until=today())
    answer = await house.ask_for(CircularAnswer, circular, office(WHERE))
    row = next(row for row in answer.units if row.unit_id == unit.id)
    assert (row.dispatched, row.signed, row.replied, row.overdue) == (3, 3, 0, 0)


async def test_two_handlers_do_not_overwrite_each_other(house: House, staff: list[Unit]) -> None:
    handled = await in_hand(house, WHERE, staff[0])
    where = {"committee": WHERE, "proposal_id": handled.proposal_id}
    first = await house.ask_for(
        ReplyDrafted, DraftReply(**where, revision=0, opening="先写的"), staff[0].handler
    )
    late = DraftReply(**where, revision=0, opening="另一位承办人写的")
    assert "请比对" in await refused(house, late, staff[0].handler, VersionClash)
    kept = (await seen_by(house, handled, staff[0].handler)).replies[0]
    assert (kept.opening, kept.revision) == ("先写的", first.revision)
    merged = DraftReply(**where, revision=first.revision, opening="合在一起的")
    assert (await house.ask_for(ReplyDrafted, merged, staff[0].handler)).revision == first.revision + 1
