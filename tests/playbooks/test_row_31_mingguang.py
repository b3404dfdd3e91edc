"""Row 31, 明光市: 四单闭环, one of the row's six systems, by data; what it comes to is evidence at the proposal.

「以群众点单、委员接单、协商解单、跟进查单等方式，开展面对面微协商……以一文（文件）、一图（流程图）、一表（登记表）、一案（案例）
等“四个一”，规范和落实微协商“四单闭环”制度」
The other five are in `test_row_31_six_systems.py`.
"""

from typing import Final

import pytest

from chassis.problems import Forbidden, Invalid, WrongState
from services.consultation.templates import bundled_template
from tests.consultation_at_work import (
    adopt,
    attach,
    complete,
    office,
    seen,
    start,
    take,
    until_no_task,
    until_task,
    until_told,
)
from tests.house import House, person
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.consultation.processes import ConcludeProcess
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.evidence import Evidence, EvidenceAnswer
from tongxin_contracts.words import (
    NoticeKind,
    ProcessOutcome,
    ProcessState,
    StepOutcome,
    TaskKind,
)

pytestmark = pytest.mark.playbook("31", part="四单闭环")

CITY: Final = "351182"
ORDER: Final = {"点单人": "明湖小区住户", "事项": "地下车库积水", "诉求": "汛前改好排水"}
TAKEN: Final = {"认领理由": "本人从事市政工程", "走访了解的情况": "三处雨水口堵塞"}
SOLVED: Final = {"参加人员": "住建局、物业、住户代表 6 人", "协商意见": "汛前清淤并加装水泵"}


def test_the_template_has_the_four_orders_and_wants_one_of_each_document() -> None:
    template = bundled_template("four_orders")
    assert [step.name for step in template.steps][:4] == ["点单", "接单", "解单", "查单"]
    wanted = {need.document for step in template.steps for need in step.needs if need.document}
    assert wanted == {"文件", "流程图", "登记表", "案例"}


async def test_four_orders_from_the_proposal_and_back_to_it(house: House) -> None:  # noqa: PLR0915  (one way, told whole)
    await open_session(house, CITY)
    await adopt(house, CITY, "four_orders")
    proposer = person(Role.MEMBER, committee=CITY)
    taker, other = person(Role.MEMBER, committee=CITY), person(Role.MEMBER, committee=CITY)
    inspector, staff = person(Role.INSPECTION_OFFICE, committee=CITY), office(CITY)
    proposal_id = await handed_in(house, proposer)
    await file(house, proposal_id, committee=CITY)
    topic_id = await take(house, CITY, proposal_id)
    process_id = await start(house, CITY, "four_orders", topic_id=topic_id)
    assert "四单闭环" in await until_told(house, proposer, NoticeKind.PROCESS_STARTED)

    # 点单: the form and the register (一表)
    await until_task(house, staff, TaskKind.DO_STEP, process_id)
    with pytest.raises(Invalid) as refused:
        await complete(house, CITY, process_id, staff, fields={"点单人": "住户"})
    assert [error.message for error in refused.value.errors] == [
        "“事项”没有填写。",
        "“诉求”没有填写。",
        "缺少材料“登记表”。",
    ]
    await attach(house, CITY, process_id, staff, "登记表")
    await complete(house, CITY, process_id, staff, fields=ORDER)

    # 接单: any member may take it, and goes on with it
    await until_task(house, other, TaskKind.DO_STEP, process_id)
    now = await complete(house, CITY, process_id, taker, fields=TAKEN)
    assert now.step == "solve"
    assert now.doers == [taker.person]
    await until_task(house, taker, TaskKind.DO_STEP, process_id)
    await until_no_task(house, other, TaskKind.DO_STEP, process_id)
    with pytest.raises(Forbidden):
        await complete(house, CITY, process_id, other, StepOutcome.CONSENSUS, SOLVED)

    # 解单: the document (一文) and the chart (一图)
    assert now.waits_for == ["缺少材料“文件”。", "缺少材料“流程图”。"]
    await attach(house, CITY, process_id, taker, "文件", "流程图")
    await complete(house, CITY, process_id, taker, StepOutcome.CONSENSUS, SOLVED)

    # 查单: not done yet, so it goes back; then it is
    await until_task(house, inspector, TaskKind.DO_STEP, process_id)
    with pytest.raises(Forbidden):
        await complete(house, CITY, process_id, staff, StepOutcome.PASSED, {"落实情况": "已落实"})
    back = await complete(house, CITY, process_id, inspector, StepOutcome.REJECTED, {"落实情况": "水泵未装"})
    assert back.step == "solve"
    await attach(house, CITY, process_id, taker, "文件", "流程图")
    await complete(house, CITY, process_id, taker, StepOutcome.CONSENSUS, SOLVED)
    await complete(house, CITY, process_id, inspector, StepOutcome.PASSED, {"落实情况": "现场已排干"})

    # 一案, then the outcome
    conclude = ConcludeProcess(
        committee=CITY,
        process_id=process_id,
        expected_version=(await seen(house, CITY, process_id)).version,
        outcome=ProcessOutcome.CASE,
        summary="清淤三处，加装水泵两台，汛期未再积水。",
    )
    with pytest.raises(WrongState):
        await house.ask(conclude, staff)
    await attach(house, CITY, process_id, staff, "案例")
    now = await complete(house, CITY, process_id, staff)
    assert now.state is ProcessState.TO_CONCLUDE
    await until_task(house, staff, TaskKind.CONCLUDE_PROCESS, process_id)
    await house.ask(conclude.model_copy(update={"expected_version": now.version}), staff)
    done = await seen(house, CITY, process_id)
    assert done.state is ProcessState.CONCLUDED
    assert [run.step for run in done.runs] == [
        "order", "accept", "solve", "check", "solve", "check", "file",
    ]  # fmt: skip
    assert done.history_intact

    # back at the proposal
    async def is_evidence() -> bool:
        query = Evidence(committee=CITY, proposal_id=proposal_id)
        found = (await house.ask_for(EvidenceAnswer, query, proposer)).evidence
        return [row.process_id for row in found] == [process_id]

    await until_async(is_evidence, "the outcome is at the proposal")
    answer = await house.ask_for(EvidenceAnswer, Evidence(committee=CITY, proposal_id=proposal_id), proposer)
    assert answer.evidence[0].outcome is ProcessOutcome.CASE
    assert {document.kind for document in answer.evidence[0].documents} == {
        "登记表",
        "文件",
        "流程图",
        "案例",
    }
    assert "清淤三处" in await until_told(house, proposer, NoticeKind.EVIDENCE_ADDED)
