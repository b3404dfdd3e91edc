"""Row 54, 池州市: a topic is studied before it is chosen; four of five fields is refused.

「按照“选题案由、政策依据、现实状况、存在问题、建言方向”五要素，创新实行协商选题“预可研”机制……遴选出……11个课题，列入年度重点协商计划」
The row's divided topics, squads and circulars are not shown here.
"""

from typing import Final
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Invalid, Refusal
from tests.consultation_at_work import STUDY, office, study, take
from tests.house import House, person
from tests.proposals_at_work import file, handed_in, open_session
from tongxin_contracts.consultation.planning import (
    STUDY_FIELDS,
    AddToPlan,
    AssessTopic,
    DraftPlan,
    Plan,
    PlanAnswer,
    ProposeTopic,
    TopicSheet,
    TopicSheetAnswer,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ConsultationForm, TopicSource

pytestmark = pytest.mark.playbook("54", part="选题预可研")

CITY: Final = "351700"
YEAR: Final = 2026


def proposed(topic_id: UUID, study: dict[str, str]) -> ProposeTopic:
    return ProposeTopic.model_validate(
        {
            "committee": CITY,
            "topic_id": topic_id,
            "title": "加快融入长三角一体化发展",
            "source": TopicSource.MEMBER,
            "study": study,
        }
    )


def test_the_five_fields_are_those_of_the_row() -> None:
    assert list(STUDY_FIELDS.values()) == ["选题案由", "政策依据", "现实状况", "存在问题", "建言方向"]


@pytest.mark.parametrize("missing", list(STUDY_FIELDS))
async def test_four_of_five_fields_is_refused_and_the_missing_one_named(house: House, missing: str) -> None:
    member = person(Role.MEMBER, committee=CITY)
    four = {name: words for name, words in STUDY.items() if name != missing}
    with pytest.raises(Invalid) as refused:
        await house.ask(proposed(new_id(), four | {missing: " \n"}), member)
    assert STUDY_FIELDS[missing] in str(refused.value.detail)
    assert [(error.field, error.message) for error in refused.value.errors] == [
        (f"study.{missing}", f"请填写“{STUDY_FIELDS[missing]}”。")
    ]


async def test_eleven_studied_topics_enter_the_plan_and_an_unstudied_proposal_does_not(house: House) -> None:
    await open_session(house, CITY)
    staff, member = office(CITY), person(Role.MEMBER, committee=CITY)
    await house.ask(DraftPlan(committee=CITY, year=YEAR), staff)
    for month in range(1, 12):
        topic_id = new_id()
        await house.ask(proposed(topic_id, STUDY), member)
        sheet = await house.ask_for(TopicSheetAnswer, TopicSheet(committee=CITY, topic_id=topic_id), staff)
        take_it = AssessTopic(committee=CITY, topic_id=topic_id, expected_version=sheet.version, accept=True)
        await house.ask(take_it, staff)
        await house.ask(planned(topic_id, month), staff)
    plan = await house.ask_for(PlanAnswer, Plan(committee=CITY, year=YEAR), staff)
    assert len(plan.items) == 11

    proposal_id = await handed_in(house, member)
    await file(house, proposal_id, committee=CITY)
    topic_id = await take(house, CITY, proposal_id)
    with pytest.raises(Refusal, match="还缺“选题案由”"):
        await house.ask(planned(topic_id, 12), staff)
    await study(house, CITY, topic_id)
    await house.ask(planned(topic_id, 12), staff)


def planned(topic_id: UUID, month: int) -> AddToPlan:
    return AddToPlan(committee=CITY, year=YEAR, topic_id=topic_id, month=month, form=ConsultationForm.SPECIAL)
