"""The yearly plan: room for so many, approved by a document, public when it is published and not before."""

from datetime import date
from typing import Final
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, Refusal, WrongState
from services.consultation.plans import plan_id
from tests.consultation_at_work import STUDY, office, until_no_task, until_task, until_told
from tests.house import House, person
from tongxin_contracts.consultation.planning import (
    AddToPlan,
    ApprovePlan,
    AssessTopic,
    DraftPlan,
    Plan,
    PlanAnswer,
    ProposeTopic,
    PublishPlan,
    RemoveFromPlan,
    ReturnPlan,
    SubmitPlan,
    TopicSheet,
    TopicSheetAnswer,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ConsultationForm, NoticeKind, PlanState, TaskKind, TopicSource

HERE: Final = "351623"
OFFICE: Final = office(HERE)
CHAIRS: Final = person(Role.CHAIRS_MEETING, committee=HERE)


async def proposed(house: House, *, accept: bool | None = True, reason: str = "") -> UUID:
    """A topic of a member's, decided on or not."""
    topic_id = new_id()
    member = person(Role.MEMBER, committee=HERE)
    command = {
        "committee": HERE, "topic_id": topic_id, "title": "小区加装电梯", "source": TopicSource.PUBLIC, "study": STUDY,
    }  # fmt: skip
    await house.ask(ProposeTopic.model_validate(command), member)
    if accept is not None:
        assess = AssessTopic(
            committee=HERE, topic_id=topic_id, expected_version=1, accept=accept, reason=reason
        )
        await house.ask(assess, OFFICE)
        said = await until_told(house, member, NoticeKind.TOPIC_ASSESSED)
        assert ("已列为" in said) if accept else (reason in said)
    return topic_id


async def seen(house: House, year: int, role: Role = Role.COMMITTEE_OFFICE) -> PlanAnswer:
    actor = person(role, committee=HERE)
    return await house.ask_for(PlanAnswer, Plan(committee=HERE, year=year), actor)


def planned(year: int, topic_id: UUID, month: int = 5) -> AddToPlan:
    return AddToPlan(committee=HERE, year=year, topic_id=topic_id, month=month, form=ConsultationForm.SPECIAL)


async def test_from_draft_to_public(house: House) -> None:
    year = 2027
    await house.ask(DraftPlan(committee=HERE, year=year), OFFICE)
    with pytest.raises(WrongState, match="已经有了"):
        await house.ask(DraftPlan(committee=HERE, year=year), OFFICE)
    with pytest.raises(WrongState, match="还没有议题"):
        await house.ask(SubmitPlan(committee=HERE, year=year), OFFICE)
    topic_id = await proposed(house)
    await house.ask(planned(year, topic_id), OFFICE)
    await house.ask(planned(year, topic_id, month=9), OFFICE)
    assert [item.month for item in (await seen(house, year)).items] == [9]
    await house.ask(SubmitPlan(committee=HERE, year=year), OFFICE)
    id_ = plan_id(HERE, year)
    await until_task(house, CHAIRS, TaskKind.APPROVE_PLAN, id_)
    with pytest.raises(WrongState, match="待批准"):
        await house.ask(RemoveFromPlan(committee=HERE, year=year, topic_id=topic_id), OFFICE)
    await house.ask(ReturnPlan(committee=HERE, year=year, reason="上半年太少"), CHAIRS)
    assert (await seen(house, year)).returned_because == "上半年太少"
    await house.ask(planned(year, topic_id, month=3), OFFICE)
    await house.ask(SubmitPlan(committee=HERE, year=year), OFFICE)
    approve = ApprovePlan(
        committee=HERE,
        year=year,
        approved_by="中共本县县委",
        document_number="县办〔2026〕12号",
        approved_on=date(2026, 1, 15),
    )
    with pytest.raises(Forbidden):
        await house.ask(approve, OFFICE)
    with pytest.raises(Invalid) as refused:
        await house.ask(approve.model_copy(update={"approved_on": date(2099, 1, 1)}), CHAIRS)
    assert "不能晚于今天" in refused.value.errors[0].message
    with pytest.raises(WrongState):
        await house.ask(PublishPlan(committee=HERE, year=year), OFFICE)
    await house.ask(approve, CHAIRS)
    await until_no_task(house, CHAIRS, TaskKind.APPROVE_PLAN, id_)
    await until_task(house, OFFICE, TaskKind.PUBLISH_PLAN, id_)
    assert (await seen(house, year, Role.MEMBER)).state is None, "not public yet"
    await house.ask(PublishPlan(committee=HERE, year=year), OFFICE)
    public = await seen(house, year, Role.MEMBER)
    assert (public.state, public.document_number) == (PlanState.PUBLISHED, "县办〔2026〕12号")
    assert (len(public.items), public.history) == (1, [])


async def test_a_plan_has_room_for_so_many(house: House) -> None:
    year = 2028
    await house.ask(DraftPlan(committee=HERE, year=year, max_topics=1), OFFICE)
    first, second = await proposed(house), await proposed(house)
    await house.ask(planned(year, first), OFFICE)
    with pytest.raises(WrongState, match="最多 1 个议题"):
        await house.ask(planned(year, second), OFFICE)
    await house.ask(planned(year, first, month=6), OFFICE)
    await house.ask(RemoveFromPlan(committee=HERE, year=year, topic_id=first), OFFICE)
    await house.ask(planned(year, second), OFFICE)


async def test_only_a_taken_topic_is_planned(house: House) -> None:
    year = 2029
    await house.ask(DraftPlan(committee=HERE, year=year), OFFICE)
    waiting = await proposed(house, accept=None)
    await until_task(house, OFFICE, TaskKind.ASSESS_TOPIC, waiting)
    with pytest.raises(Refusal, match="待研究"):
        await house.ask(planned(year, waiting), OFFICE)
    silent = AssessTopic(committee=HERE, topic_id=waiting, expected_version=1, accept=False)
    with pytest.raises(Invalid):
        await house.ask(silent, OFFICE)
    aside = await proposed(house, accept=False, reason="与去年重复")
    with pytest.raises(Refusal, match="暂不列入"):
        await house.ask(planned(year, aside), OFFICE)
    sheet = await house.ask_for(TopicSheetAnswer, TopicSheet(committee=HERE, topic_id=aside), OFFICE)
    assert sheet.reason == "与去年重复"
