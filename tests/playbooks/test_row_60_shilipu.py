"""Row 60, 十里铺乡: 一键履职 in five steps; who does not rate is not satisfied.

「委员网上履职、平台交办、结果反馈……提出建议、派单交办、督促落实、反馈情况、结果评价」
The row's grid cells and visits to households are not shown here.
"""

from typing import Final
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from services.consultation.templates import bundled_template
from tests.consultation_at_work import (
    adopt,
    complete,
    office,
    seen,
    time_is_up,
    until_known,
    until_task,
)
from tests.handling_at_work import Unit, units
from tests.house import House, person
from tests.waiting import until_async
from tongxin_contracts.consultation.processes import (
    AssignUnit,
    ProcessAnswer,
    Processes,
    ProcessPage,
    StartProcess,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ProcessState, StepOutcome, TaskKind

pytestmark = pytest.mark.playbook("60", part="一键履职")

TOWN: Final = "351822"
STEPS: Final = ["提出建议", "派单交办", "督促落实", "反馈情况", "结果评价"]


@pytest.fixture(scope="module")
async def unit(house: House) -> Unit:
    await adopt(house, TOWN, "one_key")
    [made] = await units(house, TOWN, "司法所")
    await until_known(house, TOWN, made.id)
    return made


def test_there_are_five_steps() -> None:
    assert [step.name for step in bundled_template("one_key").steps] == STEPS


async def suggested(house: House, unit: Unit) -> tuple[Actor, UUID]:
    """A suggestion that the unit has answered, waiting to be rated."""
    member = person(Role.MEMBER, committee=TOWN)
    process_id = new_id()
    suggest = StartProcess(
        committee=TOWN, process_id=process_id, template="one_key", title="深入学习《民法典》"
    )
    await house.ask(suggest, member)
    await complete(house, TOWN, process_id, member, fields={"建议内容": "开展普法宣讲"})
    await complete(house, TOWN, process_id, office(TOWN), fields={"交办意见": "请司法所办理"})
    await house.ask(AssignUnit(committee=TOWN, process_id=process_id, unit_id=unit.id), office(TOWN))
    await until_task(house, unit.handler, TaskKind.DO_STEP, process_id)
    await complete(house, TOWN, process_id, unit.handler, fields={"办理措施": "宣讲 7 场"})
    await complete(house, TOWN, process_id, unit.handler, fields={"办理结果": "2000 余人聆听"})
    await until_task(house, member, TaskKind.DO_STEP, process_id)
    return member, process_id


async def test_five_steps_and_the_unrated_is_not_satisfied(house: House, unit: Unit) -> None:
    member, rated = await suggested(house, unit)
    now = await complete(house, TOWN, rated, member, StepOutcome.SATISFIED)
    assert [run.step for run in now.runs] == ["suggest", "dispatch", "urge", "feedback", "rate"]
    assert now.rating is StepOutcome.SATISFIED

    _, silent = await suggested(house, unit)
    await time_is_up(house, TOWN, silent, 5)

    async def taken_for_silence() -> bool:
        found: ProcessAnswer = await seen(house, TOWN, silent)
        return found.state is ProcessState.TO_CONCLUDE

    await until_async(taken_for_silence, "nobody rated in time", limit=30)
    assert (await seen(house, TOWN, silent)).rating is StepOutcome.UNRATED

    page = await house.ask_for(ProcessPage, Processes(committee=TOWN), office(TOWN))
    ratings = page.ratings
    assert (ratings.asked, ratings.satisfied, ratings.unrated) == (2, 1, 1), "half, and not all"
