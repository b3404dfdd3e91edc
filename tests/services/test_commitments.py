"""Promises of replies: they open what is closed, get a new date once, and are settled after the proposer was asked."""

from typing import Any

import pytest

from chassis.identity import Actor
from chassis.ids import derived_id
from chassis.problems import Forbidden, Invalid, NotFound, WrongState
from tests.handling_at_work import Unit
from tests.house import House, person
from tests.proposals_at_work import open_session
from tests.replies_at_work import (
    Replied,
    after_today,
    days_pass,
    make_unit,
    promise,
    replied,
    reply_again,
    row,
)
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import (
    CommentCommitment,
    GiveFeedback,
    OrderRehandling,
    ReportCommitment,
    SettleCommitment,
)
from tongxin_contracts.proposals.feedback_queries import (
    CommitmentPage,
    CommitmentRow,
    Commitments,
    Feedback,
    FeedbackAnswer,
)
from tongxin_contracts.words import (
    Attitude,
    CommitmentState,
    FeedbackResult,
    HandlingState,
    Heard,
    ReplyFit,
    TaskKind,
    Visited,
)

COMMITTEE = "351123"
OFFICE = person(Role.PROPOSALS_OFFICE, committee=COMMITTEE)
GOOD: dict[str, Any] = {
    "visited": Visited.PHONE,
    "attitude": Attitude.SATISFIED,
    "heard": Heard.FULLY,
    "fit": ReplyFit.FITS,
    "result": FeedbackResult.AGREE,
}


@pytest.fixture(scope="module")
async def unit(house: House) -> Unit:
    await open_session(house, COMMITTEE)
    return await make_unit(house, COMMITTEE, "市住建局")


async def give(house: House, made: Replied, **answers: Any) -> None:
    command = GiveFeedback(committee=COMMITTEE, proposal_id=made.proposal_id, **(GOOD | answers))
    await house.ask(command, made.proposer)


async def stands(house: House, made: Replied) -> HandlingState:
    answer = await house.ask(Feedback(committee=COMMITTEE, proposal_id=made.proposal_id), OFFICE)
    assert isinstance(answer, FeedbackAnswer)
    return answer.state


async def promises(house: House, actor: Actor, made: Replied, *, all_: bool = False) -> list[CommitmentRow]:
    page = await house.ask(Commitments(committee=COMMITTEE, open_only=not all_, limit=100), actor)
    assert isinstance(page, CommitmentPage)
    return [one for one in page.commitments if one.proposal_id == made.proposal_id]


async def falls_due(house: House, made: Replied, suggestion: int = 1, round_: int = 1) -> CommitmentRow:
    id_ = derived_id("commitment", made.handling_id, round_, suggestion)
    await days_pass(house, COMMITTEE, "commitment_due", id_)
    [found] = [one for one in await promises(house, OFFICE, made) if one.commitment_id == id_]
    assert found.state is CommitmentState.DUE
    return found


def report(commitment: CommitmentRow) -> ReportCommitment:
    return ReportCommitment(
        committee=COMMITTEE,
        commitment_id=commitment.commitment_id,
        done="两台机组已安装并试运行。",
        evidence="安建函〔2026〕31号；6月18日验收。",
    )


def settle(commitment: CommitmentRow, **what: Any) -> SettleCommitment:
    return SettleCommitment(committee=COMMITTEE, commitment_id=commitment.commitment_id, **what)


def comment(commitment: CommitmentRow, *, agrees: bool) -> CommentCommitment:
    return CommentCommitment(
        committee=COMMITTEE, commitment_id=commitment.commitment_id, agrees=agrees, words="去看过了"
    )


async def closed_with_promises(house: House, unit: Unit, *suggestions: int) -> Replied:
    made = await replied(house, unit, lines=[promise(40, one) for one in suggestions])
    await give(house, made)
    assert await stands(house, made) is HandlingState.CLOSED
    return made


async def test_a_promise_opens_a_closed_handling_by_itself_and_closes_it_when_kept(
    house: House, unit: Unit
) -> None:
    made = await closed_with_promises(house, unit, 1)
    due = await falls_due(house, made)
    assert await stands(house, made) is HandlingState.TRACKED

    async def asked() -> bool:
        work = await house.ask(MyWork(committee=COMMITTEE), unit.handler)
        assert isinstance(work, MyWorkAnswer)
        return (TaskKind.REPORT_COMMITMENT, due.commitment_id) in {
            (todo.kind, todo.matter) for todo in work.todos
        }

    await until_async(asked, "the unit has to report")
    with pytest.raises(WrongState):
        await house.ask(settle(due, kept=True), OFFICE)
    await house.ask(report(due), unit.handler)
    with pytest.raises(WrongState, match="请提案人"):
        await house.ask(settle(due, kept=True), OFFICE)
    await house.ask(comment(due, agrees=True), made.proposer)
    await house.ask(settle(due, kept=True), OFFICE)
    assert await stands(house, made) is HandlingState.CLOSED
    [kept] = await promises(house, OFFICE, made, all_=True)
    assert (kept.state, kept.agrees, kept.comment) == (CommitmentState.KEPT, True, "去看过了")


async def test_it_stays_open_until_all_that_is_due_is_settled(house: House, unit: Unit) -> None:
    made = await closed_with_promises(house, unit, 0, 1)
    first, second = await falls_due(house, made, 0), await falls_due(house, made, 1)
    for one, expected in ((first, HandlingState.TRACKED), (second, HandlingState.CLOSED)):
        await house.ask(report(one), unit.handler)
        await house.ask(comment(one, agrees=True), made.proposer)
        await house.ask(settle(one, kept=True), OFFICE)
        assert await stands(house, made) is expected


async def test_two_promises_of_one_day_fall_due_in_one_sweep(house: House, unit: Unit) -> None:
    made = await closed_with_promises(house, unit, 0, 1)
    await row(
        house.stack,
        COMMITTEE,
        "with moved as (update deadline set due_at = now() where kind = 'commitment_due' and matter in"
        " (select id from commitment where handling_id = :id) returning 1) select count(*) from moved",
        id=made.handling_id,
    )

    async def both() -> bool:
        return [one.state for one in await promises(house, OFFICE, made)] == [CommitmentState.DUE] * 2

    await until_async(both, "both are due", limit=15)
    versions = await row(
        house.stack,
        COMMITTEE,
        "select count(*) as n, count(distinct version) as d, max(version) as top from outbox"
        " where aggregate = :id",
        id=made.handling_id,
    )
    assert versions.n == versions.d == versions.top, "versions are gapless"


async def test_a_new_date_is_given_once_and_then_it_is_kept_or_broken(house: House, unit: Unit) -> None:
    made = await closed_with_promises(house, unit, 1)
    due = await falls_due(house, made)
    await house.ask(report(due), unit.handler)
    await house.ask(comment(due, agrees=False), made.proposer)
    with pytest.raises(Invalid):
        await house.ask(settle(due, kept=False), OFFICE)
    with pytest.raises(Invalid):
        await house.ask(settle(due, kept=False, reason="早了", new_date=after_today(10)), OFFICE)
    later = settle(due, kept=False, reason="机组到货推迟", new_date=after_today(90))
    await house.ask(later, OFFICE)
    assert await stands(house, made) is HandlingState.CLOSED
    again = await falls_due(house, made)
    assert again.postponed
    assert await stands(house, made) is HandlingState.TRACKED
    await house.ask(report(again), unit.handler)
    await house.ask(comment(again, agrees=False), made.proposer)
    with pytest.raises(Invalid, match="改过一次"):
        await house.ask(settle(due, kept=False, reason="再推", new_date=after_today(200)), OFFICE)
    await house.ask(settle(due, kept=False, reason="两次到期均未完成"), OFFICE)
    [broken] = await promises(house, OFFICE, made, all_=True)
    assert broken.state is CommitmentState.BROKEN
    assert await stands(house, made) is HandlingState.CLOSED


async def test_only_the_units_handler_reports_and_only_proposers_comment(house: House, unit: Unit) -> None:
    made = await closed_with_promises(house, unit, 1)
    due = await falls_due(house, made)
    beside = await make_unit(house, COMMITTEE, "市城管局")
    with pytest.raises(NotFound):
        await house.ask(report(due), beside.handler)
    with pytest.raises(Forbidden):
        await house.ask(report(due), made.proposer)
    await house.ask(report(due), unit.handler)
    with pytest.raises(NotFound):
        await house.ask(comment(due, agrees=True), person(Role.MEMBER, committee=COMMITTEE))


async def test_everybody_sees_their_own_promises(house: House, unit: Unit) -> None:
    made = await closed_with_promises(house, unit, 1)
    beside = await make_unit(house, COMMITTEE, "市交通局")
    for actor, sees in (
        (OFFICE, 1),
        (unit.handler, 1),
        (unit.signer, 1),
        (made.proposer, 1),
        (beside.handler, 0),
        (person(Role.MEMBER, committee=COMMITTEE), 0),
    ):
        assert len(await promises(house, actor, made)) == sees


async def test_a_second_reply_replaces_what_the_first_one_promised(house: House, unit: Unit) -> None:
    made = await replied(house, unit, lines=[promise(40)])
    await give(house, made, attitude=Attitude.DISSATISFIED)
    order = OrderRehandling(committee=COMMITTEE, proposal_id=made.proposal_id, reason="日期太远")
    await house.ask(order, OFFICE)
    await reply_again(house, made, [promise(20)])
    found = {one.state: one.due_on for one in await promises(house, OFFICE, made, all_=True)}
    assert found == {CommitmentState.REPLACED: after_today(40), CommitmentState.OPEN: after_today(20)}


async def test_a_promise_due_before_closing_keeps_the_handling_open_after_it(
    house: House, unit: Unit
) -> None:
    made = await replied(house, unit, lines=[promise(3)])
    due = await falls_due(house, made)
    assert await stands(house, made) is HandlingState.REPLIED
    await give(house, made)
    assert await stands(house, made) is HandlingState.TRACKED
    await house.ask(report(due), unit.handler)
    await house.ask(comment(due, agrees=True), made.proposer)
    await house.ask(settle(due, kept=True), OFFICE)
    assert await stands(house, made) is HandlingState.CLOSED
