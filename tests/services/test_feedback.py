"""Feedback: the committee asks, nobody sees before the window closes, silence is silence, and it is sent back once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import derived_id
from chassis.problems import Forbidden, NotFound, WrongState
from tests.handling_at_work import Unit
from tests.house import House, person
from tests.proposals_at_work import open_session
from tests.replies_at_work import Replied, days_pass, make_unit, replied, reply_again, row
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import CloseHandling, GiveFeedback, OrderRehandling
from tongxin_contracts.proposals.feedback_queries import (
    Feedback,
    FeedbackAnswer,
    FeedbackRates,
    FeedbackRatesAnswer,
)
from tongxin_contracts.words import (
    Attitude,
    FeedbackResult,
    HandlingState,
    Heard,
    NoticeKind,
    ReplyFit,
    TaskKind,
    Visited,
)

COMMITTEE = "351121"
OFFICE = person(Role.PROPOSALS_OFFICE, committee=COMMITTEE)
GOOD: dict[str, Any] = {
    "visited": Visited.VISIT,
    "attitude": Attitude.SATISFIED,
    "heard": Heard.FULLY,
    "fit": ReplyFit.FITS,
    "result": FeedbackResult.AGREE,
}
BAD = GOOD | {"attitude": Attitude.DISSATISFIED, "result": FeedbackResult.DISAGREE, "words": "没有落实"}


@pytest.fixture(scope="module")
async def unit(house: House) -> Unit:
    await open_session(house, COMMITTEE)
    return await make_unit(house, COMMITTEE)


async def give(house: House, made: Replied, actor: Actor | None = None, **answers: Any) -> None:
    command = GiveFeedback(committee=COMMITTEE, proposal_id=made.proposal_id, **(GOOD | answers))
    await house.ask(command, actor or made.proposer)


async def seen(house: House, made: Replied, actor: Actor = OFFICE) -> FeedbackAnswer:
    answer = await house.ask(Feedback(committee=COMMITTEE, proposal_id=made.proposal_id), actor)
    assert isinstance(answer, FeedbackAnswer)
    return answer


async def window_closes(house: House, made: Replied, round_: int = 1) -> None:
    await days_pass(
        house, COMMITTEE, "feedback_closes", derived_id("feedback_window", made.handling_id, round_)
    )


async def has(house: House, actor: Actor, kind: TaskKind, about: UUID) -> bool:
    work = await house.ask(MyWork(committee=COMMITTEE), actor)
    assert isinstance(work, MyWorkAnswer)
    return any(todo.kind is kind and about in (todo.matter, todo.about) for todo in work.todos)


async def test_every_proposer_has_a_task_and_it_goes_when_they_answer(house: House, unit: Unit) -> None:
    other = person(Role.MEMBER, committee=COMMITTEE)
    made = await replied(house, unit, co_proposers=[other.person])
    await until_async(lambda: has(house, made.proposer, TaskKind.GIVE_FEEDBACK, made.proposal_id), "first")
    await until_async(lambda: has(house, other, TaskKind.GIVE_FEEDBACK, made.proposal_id), "the other too")
    assert not await has(house, unit.handler, TaskKind.GIVE_FEEDBACK, made.proposal_id)
    await give(house, made)

    async def is_gone() -> bool:
        return not await has(house, made.proposer, TaskKind.GIVE_FEEDBACK, made.proposal_id)

    await until_async(is_gone, "nobody is reminded of what they have done")
    assert await has(house, other, TaskKind.GIVE_FEEDBACK, made.proposal_id)


async def test_before_the_window_closes_the_office_sees_a_number_and_the_unit_nothing(
    house: House, unit: Unit
) -> None:
    other = person(Role.MEMBER, committee=COMMITTEE)
    made = await replied(house, unit, co_proposers=[other.person])
    await give(house, made, words="谢谢")
    for actor, answered in ((OFFICE, 1), (unit.handler, None), (other, None)):
        found = (await seen(house, made, actor)).rounds[0]
        assert (found.answered, found.counts, found.answers, found.mine) == (answered, None, [], None)
    mine = (await seen(house, made, made.proposer)).rounds[0].mine
    assert mine is not None
    assert mine.words == "谢谢"
    published = await row(
        house.stack,
        COMMITTEE,
        "select count(*) as n from outbox where payload is not null and committee = :c"
        " and convert_from(payload, 'UTF8') like '%谢谢%'",
        c=COMMITTEE,
    )
    assert published.n == 0, "no event says what was answered"


async def test_an_answer_can_be_changed_until_the_window_closes(house: House, unit: Unit) -> None:
    other = person(Role.MEMBER, committee=COMMITTEE)
    made = await replied(house, unit, co_proposers=[other.person])
    await give(house, made, **BAD)
    await give(house, made)
    await window_closes(house, made)
    found = await seen(house, made)
    assert found.state is HandlingState.CLOSED
    counts = found.rounds[0].counts
    assert counts is not None
    assert (counts.asked, counts.satisfied, counts.no_answer, counts.dissatisfied) == (2, 1, 1, 0)
    with pytest.raises(WrongState):
        await give(house, made, other)


async def test_the_last_answer_closes_the_window_also_when_two_answer_at_once(
    house: House, unit: Unit
) -> None:
    other = person(Role.MEMBER, committee=COMMITTEE)
    made = await replied(house, unit, co_proposers=[other.person])
    await asyncio.gather(give(house, made), give(house, made, other))
    found = await seen(house, made)
    assert found.state is HandlingState.CLOSED
    assert {one.person_id for one in found.rounds[0].answers} == {made.proposer.person, other.person}


async def test_nobody_else_answers_and_the_unit_never(house: House, unit: Unit) -> None:
    made = await replied(house, unit)
    with pytest.raises(NotFound):
        await give(house, made, person(Role.MEMBER, committee=COMMITTEE))
    with pytest.raises(Forbidden):
        await give(house, made, unit.handler)
    with pytest.raises(NotFound):
        await seen(house, made, person(Role.MEMBER, committee=COMMITTEE))


async def test_silence_closes_and_is_counted_as_silence(house: House, unit: Unit) -> None:
    made = await replied(house, unit)
    await window_closes(house, made)
    found = await seen(house, made)
    counts = found.rounds[0].counts
    assert found.state is HandlingState.CLOSED
    assert counts is not None
    assert (counts.no_answer, counts.satisfied, counts.agree) == (1, 0, 0)


async def test_not_satisfied_is_decided_and_sent_back_once(house: House, unit: Unit) -> None:
    made = await replied(house, unit)
    await give(house, made, **BAD)
    assert (await seen(house, made)).may_decide
    await until_async(lambda: has(house, OFFICE, TaskKind.DECIDE_REHANDLING, made.proposal_id), "to decide")
    order = OrderRehandling(committee=COMMITTEE, proposal_id=made.proposal_id, reason="第二条没有答复")
    await house.ask(order, OFFICE)
    assert (await seen(house, made)).state is HandlingState.REHANDLING
    await until_async(lambda: has(house, unit.handler, TaskKind.HANDLE_AGAIN, made.proposal_id), "again")
    with pytest.raises(WrongState):
        await house.ask(order, OFFICE)

    await reply_again(house, made)
    await give(house, made, **BAD)
    found = await seen(house, made)
    assert found.state is HandlingState.CLOSED, "the second round ends whatever was said"
    assert not found.may_decide
    closed = await row(
        house.stack,
        COMMITTEE,
        "select convert_from(payload, 'UTF8')::json ->> 'result' as result from outbox"
        " where subject like '%handling_closed%' and aggregate = :id",
        id=made.handling_id,
    )
    assert closed.result == FeedbackResult.DISAGREE, "and says so honestly"
    with pytest.raises(WrongState):
        await house.ask(order, OFFICE)


async def test_the_office_can_close_it_with_a_reason(house: House, unit: Unit) -> None:
    made = await replied(house, unit)
    close = CloseHandling(committee=COMMITTEE, proposal_id=made.proposal_id, reason="超出本级权限")
    with pytest.raises(WrongState):
        await house.ask(close, OFFICE)
    await give(house, made, **BAD)
    await house.ask(close, OFFICE)
    assert (await seen(house, made)).state is HandlingState.CLOSED


async def test_proposers_and_unit_are_told(house: House, unit: Unit) -> None:
    made = await replied(house, unit)

    async def told() -> bool:
        page = await house.ask(Notices(committee=COMMITTEE), made.proposer)
        assert isinstance(page, NoticePage)
        return NoticeKind.FEEDBACK_ASKED in {notice.kind for notice in page.notices}

    await until_async(told, "the proposer is asked")


async def test_rates_have_everything_filed_in_the_denominator(house: House) -> None:
    committee = "351122"
    await open_session(house, committee)
    mine = await make_unit(house, committee)
    before = await house.ask(FeedbackRates(committee=committee), person(Role.MEMBER, committee=committee))
    made = [await replied(house, mine) for _ in range(3)]
    for one, answers in ((made[0], GOOD), (made[1], BAD)):
        command = GiveFeedback(committee=committee, proposal_id=one.proposal_id, **answers)
        await house.ask(command, one.proposer)
    rates = await house.ask(FeedbackRates(committee=committee), person(Role.MEMBER, committee=committee))
    assert isinstance(rates, FeedbackRatesAnswer)
    assert isinstance(before, FeedbackRatesAnswer)
    [unit_row] = rates.units
    assert (unit_row.filed, unit_row.satisfied, unit_row.dissatisfied, unit_row.not_asked) == (3, 1, 1, 1)
    assert rates.total.filed == before.total.filed + 3
    for counted in (unit_row, rates.total):
        silent = counted.not_asked + counted.no_answer
        assert silent + counted.satisfied + counted.understanding + counted.dissatisfied == counted.filed
        results = counted.agree + counted.understand + counted.reserve + counted.disagree
        assert silent + results == counted.filed
