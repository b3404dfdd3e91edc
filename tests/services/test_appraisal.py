"""The appraisal of lead units: blind while it is scored, counted by rule, published only after the vote."""

from decimal import Decimal
from uuid import UUID

import pytest

from chassis.clock import SystemClock
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, WrongState
from tests.handling_at_work import Unit
from tests.house import House, person
from tests.proposals_at_work import done, open_session
from tests.replies_at_work import Replied, after_today, make_unit, replied, row
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import (
    AcceptRectification,
    AnswerRectification,
    CloseScoring,
    ItemWeight,
    OpenAppraisal,
    PublishAppraisal,
    RecordVote,
    ScoreProposal,
    ScoreUnit,
)
from tongxin_contracts.proposals.feedback_queries import Appraisal, AppraisalAnswer
from tongxin_contracts.words import AppraisalItem, AppraisalOutcome, AppraisalState, TaskKind

COMMITTEE = "351124"
OFFICE = person(Role.PROPOSALS_OFFICE, committee=COMMITTEE)
STANDING = person(Role.STANDING_COMMITTEE, committee=COMMITTEE)
YEAR = SystemClock().now().year
ITEMS = [
    ItemWeight(item=AppraisalItem.ON_TIME, weight=60),
    ItemWeight(item=AppraisalItem.MEMBER_SCORES, weight=40),
]


@pytest.fixture(scope="module")
async def units(house: House) -> list[Unit]:
    await open_session(house, COMMITTEE)
    return [await make_unit(house, COMMITTEE, f"第{n}局") for n in range(4)]


@pytest.fixture(scope="module")
async def handled(house: House, units: list[Unit]) -> list[Replied]:
    """One proposal a unit; the last one was late."""
    return [await replied(house, unit, late=unit is units[-1]) for unit in units]


def opening(**what: object) -> OpenAppraisal:
    given = {"committee": COMMITTEE, "appraisal_id": new_id(), "year": YEAR, "items": ITEMS}
    return OpenAppraisal.model_validate(given | {"scoring_until": after_today(10)} | what)


@pytest.fixture(scope="module")
async def appraisal(house: House, handled: list[Replied]) -> UUID:
    return done(await house.ask(opening(source="双向评议办法"), OFFICE)).id


async def seen(house: House, appraisal: UUID, actor: Actor = OFFICE) -> AppraisalAnswer:
    answer = await house.ask(Appraisal(committee=COMMITTEE, appraisal_id=appraisal), actor)
    assert isinstance(answer, AppraisalAnswer)
    return answer


def unit_score(appraisal: UUID, made: Replied, mark: int) -> ScoreUnit:
    names = ("leadership", "consultation", "adoption", "effect")
    marks = dict.fromkeys(names, mark)
    return ScoreUnit(committee=COMMITTEE, appraisal_id=appraisal, proposal_id=made.proposal_id, **marks)


def proposal_score(appraisal: UUID, made: Replied) -> ScoreProposal:
    return ScoreProposal(
        committee=COMMITTEE,
        appraisal_id=appraisal,
        proposal_id=made.proposal_id,
        accuracy=5,
        foresight=4,
        practicability=3,
        soundness=4,
    )


async def test_weights_are_a_hundred_and_a_year_has_one_appraisal(house: House, appraisal: UUID) -> None:
    assert appraisal
    with pytest.raises(Invalid, match="100"):
        await house.ask(opening(items=ITEMS[:1]), OFFICE)
    with pytest.raises(WrongState, match="已经开始"):
        await house.ask(opening(), OFFICE)
    with pytest.raises(WrongState, match="没有可评议"):
        await house.ask(opening(year=2001), OFFICE)


async def test_every_lead_unit_is_in_it_with_its_figures(
    house: House, units: list[Unit], appraisal: UUID
) -> None:
    found = {unit.unit_id: unit for unit in (await seen(house, appraisal)).units}
    assert set(found) == {unit.id for unit in units}
    assert [(found[unit.id].on_time, found[unit.id].overdue) for unit in units] == [(1, 0)] * 3 + [(0, 1)]


async def test_proposers_and_units_have_it_to_do(
    house: House, units: list[Unit], handled: list[Replied], appraisal: UUID
) -> None:
    for actor, kind in (
        (handled[0].proposer, TaskKind.SCORE_UNITS),
        (units[0].handler, TaskKind.SCORE_PROPOSALS),
    ):

        async def asked(actor: Actor = actor, kind: TaskKind = kind) -> bool:
            work = await house.ask(MyWork(committee=COMMITTEE), actor)
            assert isinstance(work, MyWorkAnswer)
            return (kind, appraisal) in {(todo.kind, todo.about) for todo in work.todos}

        await until_async(asked, f"{kind} is to do")


async def test_one_scores_what_is_ones_own(
    house: House, units: list[Unit], handled: list[Replied], appraisal: UUID
) -> None:
    with pytest.raises(NotFound):
        await house.ask(unit_score(appraisal, handled[0], 1), handled[1].proposer)
    with pytest.raises(NotFound):
        await house.ask(proposal_score(appraisal, handled[0]), units[1].handler)
    with pytest.raises(Forbidden):
        await house.ask(unit_score(appraisal, handled[0], 5), units[0].handler)


async def test_scores_are_blind_until_scoring_closes(
    house: House, units: list[Unit], handled: list[Replied], appraisal: UUID
) -> None:
    for made, mark in zip(handled, (5, 4, 3, 5), strict=True):
        await house.ask(unit_score(appraisal, made, 1), made.proposer)
        await house.ask(unit_score(appraisal, made, mark), made.proposer)
    await house.ask(proposal_score(appraisal, handled[0]), units[0].handler)
    for actor in (units[0].handler, handled[1].proposer):
        found = await seen(house, appraisal, actor)
        assert found.units == []
        assert found.votes == []
    office = await seen(house, appraisal)
    assert office.scored_units == 4, "a change is no second score"
    assert all(unit.total is None and unit.scored_by == 0 for unit in office.units)
    mine = (await seen(house, appraisal, handled[0].proposer)).to_score
    assert [(one.proposal_id, one.marks) for one in mine] == [(handled[0].proposal_id, [5, 5, 5, 5])]
    said = await row(
        house.stack,
        COMMITTEE,
        "select count(*) as n, count(*) filter (where convert_from(payload, 'UTF8') ~ 'mark|leader') as marks"
        " from outbox where subject like '%score_given%' and committee = :c",
        c=COMMITTEE,
    )
    assert (said.n > 0, said.marks) == (True, 0)


async def test_it_is_counted_voted_and_published_in_this_order(
    house: House, units: list[Unit], handled: list[Replied], appraisal: UUID
) -> None:
    publish = PublishAppraisal(committee=COMMITTEE, appraisal_id=appraisal)
    with pytest.raises(WrongState):
        await house.ask(publish, OFFICE)
    await house.ask(CloseScoring(committee=COMMITTEE, appraisal_id=appraisal), OFFICE)
    with pytest.raises(WrongState):
        await house.ask(unit_score(appraisal, handled[0], 1), handled[0].proposer)
    totals = {unit.unit_id: unit.total for unit in (await seen(house, appraisal, STANDING)).units}
    assert [Decimal(totals[unit.id] or "") for unit in units] == [100, 92, 84, 40]
    with pytest.raises(WrongState):
        await house.ask(publish, OFFICE)
    even = RecordVote(committee=COMMITTEE, appraisal_id=appraisal, in_favour=5, against=4, abstained=1)
    with pytest.raises(Forbidden):
        await house.ask(even, OFFICE)
    await house.ask(even, STANDING)
    with pytest.raises(WrongState):
        await house.ask(publish, OFFICE)
    assert (await seen(house, appraisal, units[0].handler)).units == []
    await house.ask(even.model_copy(update={"in_favour": 6, "against": 3}), STANDING)
    await house.ask(publish, OFFICE)
    found = await seen(house, appraisal, handled[0].proposer)
    assert found.state is AppraisalState.PUBLISHED
    assert [vote.carried for vote in found.votes] == [False, True]
    assert [unit.outcome for unit in found.units] == [AppraisalOutcome.PRAISED] * 2 + [
        AppraisalOutcome.RECTIFY
    ] * 2


async def test_the_last_answer_in_writing_and_the_office_accepts(
    house: House, units: list[Unit], appraisal: UUID
) -> None:
    answer = AnswerRectification(committee=COMMITTEE, appraisal_id=appraisal, text="已建立每周调度。")
    accept = AcceptRectification(committee=COMMITTEE, appraisal_id=appraisal, unit_id=units[3].id)
    with pytest.raises(NotFound):
        await house.ask(answer, units[0].signer)
    with pytest.raises(WrongState):
        await house.ask(accept, OFFICE)
    assert (await seen(house, appraisal, units[3].signer)).my_unit == units[3].id
    await house.ask(answer, units[3].signer)
    await house.ask(accept, OFFICE)
    with pytest.raises(WrongState):
        await house.ask(answer, units[3].signer)
    found = {unit.unit_id: unit for unit in (await seen(house, appraisal)).units}[units[3].id]
    assert found.rectification == "已建立每周调度。"
    assert found.accepted_at is not None
