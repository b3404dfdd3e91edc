"""Row 58, 太湖县: every lead unit is scored, the standing committee votes, the last two rectify by a date and in writing.

「对提案主办单位实行评议全覆盖」「评分排名前5的单位…先进单位」「评分排名后2位的单位，由县政协责成限期整改」; B-class replies are followed up until done.

「将提案工作纳入年度绩效考核指标体系」: the organisation department, an agency, is handed every unit's rank.
"""

from typing import Final

import pytest

from chassis.clock import SystemClock
from chassis.ids import derived_id, new_id
from chassis.problems import WrongState
from tests.agencies_at_work import add, handed_over, read, subscribe
from tests.handling_at_work import Unit, units
from tests.house import House, person
from tests.proposals_at_work import done, open_session
from tests.replies_at_work import Replied, after_today, days_pass, promise, replied
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, Todo
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import (
    AcceptRectification,
    AnswerRectification,
    CloseScoring,
    CommentCommitment,
    GiveFeedback,
    ItemWeight,
    OpenAppraisal,
    PublishAppraisal,
    RecordVote,
    ReportCommitment,
    ScoreProposal,
    ScoreUnit,
    SettleCommitment,
)
from tongxin_contracts.proposals.feedback_events import AppraisalPublished
from tongxin_contracts.proposals.feedback_queries import (
    Appraisal,
    AppraisalAnswer,
    Feedback,
    FeedbackAnswer,
)
from tongxin_contracts.words import (
    AppraisalItem,
    AppraisalOutcome,
    Attitude,
    FeedbackResult,
    HandlingState,
    Heard,
    NoticeKind,
    ReplyFit,
    TaskKind,
    Visited,
)

COUNTY: Final = "340825"
OFFICE: Final = person(Role.PROPOSALS_OFFICE, committee=COUNTY)
STANDING: Final = person(Role.STANDING_COMMITTEE, committee=COUNTY)
NAMES: Final = ("教育局", "水利局", "交通局", "住建局", "卫健委", "文旅局", "农业农村局", "商务局")
DEPARTMENT: Final = "taihu_organisation"
"""县委组织部, whose yearly assessment of units takes the ranks."""
MARKS: Final = (5, 5, 4, 4, 4, 3, 2, 1)
"""What proposers give the units, in the order of `NAMES`."""


@pytest.fixture(scope="module")
async def leads(house: House) -> list[Unit]:
    await open_session(house, COUNTY)
    return await units(house, COUNTY, *NAMES)


@pytest.fixture(scope="module")
async def handled(house: House, leads: list[Unit]) -> list[Replied]:
    return [await replied(house, unit) for unit in leads]


async def todo(house: House, actor: object, kind: TaskKind) -> list[Todo]:
    work = await house.ask(MyWork(committee=COUNTY), actor)  # type: ignore[arg-type]
    assert isinstance(work, MyWorkAnswer)
    return [one for one in work.todos if one.kind is kind]


async def unit_marks(house: House, made: Replied) -> list[list[int]]:
    """What units gave a proposal, as its proposer sees it."""
    query = Feedback(committee=COUNTY, proposal_id=made.proposal_id)
    found = await house.ask_for(FeedbackAnswer, query, made.proposer)
    return [given.marks for given in found.unit_marks]


@pytest.mark.playbook("58", part="单位评议：评分、表决、限期整改，纳入年度考核")
async def test_row_58_every_lead_unit_is_scored_the_vote_gates_and_the_last_two_rectify(
    house: House, leads: list[Unit], handled: list[Replied]
) -> None:
    department = await add(house.stack, DEPARTMENT)
    await subscribe(house, DEPARTMENT, committee=COUNTY, events=("proposals.appraisal_published",))
    opening = OpenAppraisal(
        committee=COUNTY,
        appraisal_id=new_id(),
        year=SystemClock().now().year,
        items=[
            ItemWeight(item=AppraisalItem.ON_TIME, weight=50),
            ItemWeight(item=AppraisalItem.MEMBER_SCORES, weight=50),
        ],
        scoring_until=after_today(10),
        source="提案办理“双向评议”办法",
    )
    id_ = done(await house.ask(opening, OFFICE)).id
    where = {"committee": COUNTY, "appraisal_id": id_}
    for made, unit, mark in zip(handled, leads, MARKS, strict=True):
        about = where | {"proposal_id": made.proposal_id}
        of_unit = dict.fromkeys(("leadership", "consultation", "adoption", "effect"), mark)
        of_proposal = dict.fromkeys(("accuracy", "foresight", "practicability", "soundness"), 4)
        await house.ask(ScoreUnit.model_validate(about | of_unit), made.proposer)
        await house.ask(ScoreProposal.model_validate(about | of_proposal), unit.handler)
    await house.ask(CloseScoring.model_validate(where), OFFICE)

    publish = PublishAppraisal.model_validate(where)
    against = RecordVote.model_validate(where | {"in_favour": 10, "against": 12, "abstained": 1})
    await house.ask(against, STANDING)
    with pytest.raises(WrongState):
        await house.ask(publish, OFFICE)
    await house.ask(against.model_copy(update={"in_favour": 20, "against": 2}), STANDING)
    assert await unit_marks(house, handled[0]) == [], "nobody sees marks before they are published"
    await house.ask(publish, OFFICE)
    assert await unit_marks(house, handled[0]) == [[4, 4, 4, 4]], "the proposer sees what the unit gave"

    found = await house.ask(Appraisal.model_validate(where), handled[0].proposer)
    assert isinstance(found, AppraisalAnswer)
    assert {unit.unit_id for unit in found.units} == {unit.id for unit in leads}, "every lead unit"
    assert all(unit.total and unit.rank for unit in found.units)
    outcomes = {unit.name: unit.outcome for unit in found.units}
    assert [name for name in NAMES if outcomes[name] is AppraisalOutcome.PRAISED] == list(NAMES[:5])
    assert [name for name in NAMES if outcomes[name] is AppraisalOutcome.RECTIFY] == list(NAMES[6:])

    for unit in leads[6:]:

        async def has_to(unit: Unit = unit) -> bool:
            return bool(await todo(house, unit.signer, TaskKind.RECTIFY))

        await until_async(has_to, f"{unit.name} has to rectify")
        [task] = await todo(house, unit.signer, TaskKind.RECTIFY)
        assert task.due_at is not None, "by a date"
        await house.ask(
            AnswerRectification.model_validate(where | {"text": "已逐件补办并向提案人当面说明。"}),
            unit.signer,
        )
        await house.ask(AcceptRectification.model_validate(where | {"unit_id": unit.id}), OFFICE)
    assert not await todo(house, leads[0].signer, TaskKind.RECTIFY)
    for unit in (leads[0], leads[-1]):

        async def is_told(unit: Unit = unit) -> bool:
            work = await house.ask_for(MyWorkAnswer, MyWork(committee=COUNTY), unit.handler)
            return NoticeKind.APPRAISAL_PUBLISHED in [notice.kind for notice in work.notices]

        await until_async(is_told, f"{unit.name}'s people are told")

    await handed_over(house, DEPARTMENT, 1, COUNTY)
    [published] = await read(department, 1)
    assert published.type == AppraisalPublished.type_name()
    told = {row["name"]: (row["rank"], row["outcome"]) for row in published.data["units"]}
    assert told == {unit.name: (unit.rank, unit.outcome.value) for unit in found.units}, (
        "it enters the yearly assessment: every unit's rank, as published"
    )


@pytest.mark.playbook("58", part="B 类答复跟踪")
async def test_row_58_a_b_class_reply_is_followed_up_and_opens_itself_when_due(
    house: House, leads: list[Unit]
) -> None:
    made = await replied(house, leads[1], lines=[promise(30)])
    good = {
        "visited": Visited.VISIT,
        "attitude": Attitude.SATISFIED,
        "heard": Heard.FULLY,
        "fit": ReplyFit.FITS,
        "result": FeedbackResult.AGREE,
    }
    about = {"committee": COUNTY, "proposal_id": made.proposal_id}
    await house.ask(GiveFeedback.model_validate(about | good), made.proposer)

    async def stands() -> HandlingState:
        answer = await house.ask(Feedback.model_validate(about), OFFICE)
        assert isinstance(answer, FeedbackAnswer)
        return answer.state

    assert await stands() is HandlingState.CLOSED
    id_ = derived_id("commitment", made.handling_id, 1, 1)
    await days_pass(house, COUNTY, "commitment_due", id_)
    assert await stands() is HandlingState.TRACKED
    what = {"committee": COUNTY, "commitment_id": id_}
    done_what = {"done": "两台机组已投运。", "evidence": "竣工验收备案 2026-118 号"}
    await house.ask(ReportCommitment.model_validate(what | done_what), leads[1].handler)
    await house.ask(CommentCommitment.model_validate(what | {"agrees": True}), made.proposer)
    await house.ask(SettleCommitment.model_validate(what | {"kept": True}), OFFICE)
    assert await stands() is HandlingState.CLOSED
