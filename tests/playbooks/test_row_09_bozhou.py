"""Row 09, 亳州市: at least half of those who talk are concerned; without consensus there is a file and no handling.

「利益相关方代表（不少于参与恳谈人数的50%）参加恳谈会议……对于未达成共识的，将有关意见提交同级党组织决策参考」
The row's two pools and the draw from them are not shown here.
"""

from typing import Any, Final

import pytest

from chassis.problems import Invalid, WrongState
from tests.consultation_at_work import adopt, attach, complete, has_task, office, seen, start
from tests.handling_at_work import units
from tests.house import House, person
from tongxin_contracts.consultation.processes import ConcludeProcess
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ProcessOutcome, ProcessState, StepOutcome, TaskKind

pytestmark = pytest.mark.playbook("09", part="基层民主恳谈")

CITY: Final = "351609"
SAID: Final = {"共识或分歧": "停车费标准分歧较大"}


async def test_nine_of_twenty_cannot_open_ten_can_and_no_consensus_is_handled_by_nobody(house: House) -> None:
    await adopt(house, CITY, "open_talk")
    staff, chairs = office(CITY), person(Role.CHAIRS_MEETING, committee=CITY)
    resident = person(Role.MEMBER, committee=CITY)
    [unit] = await units(house, CITY, "街道办")
    process_id = await start(house, CITY, "open_talk", brought_by=[resident.person])
    await complete(house, CITY, process_id, staff, fields={"议题": "停车", "来源": "群众提"})
    await complete(house, CITY, process_id, chairs, StepOutcome.PASSED, {"审定意见": "同意"})
    await attach(house, CITY, process_id, staff, "公示")
    await complete(house, CITY, process_id, staff)

    talk: dict[str, Any] = {"notice_on": "2026-03-02", "held_on": "2026-03-09", "present": 20}
    with pytest.raises(Invalid) as refused:
        await complete(house, CITY, process_id, staff, StepOutcome.NO_CONSENSUS, SAID, stakeholders=9, **talk)
    assert "至少要 10 人" in refused.value.errors[0].message
    now = await complete(
        house, CITY, process_id, staff, StepOutcome.NO_CONSENSUS, SAID, stakeholders=10, **talk
    )
    assert (now.step, now.consensus) == ("report", False)

    await attach(house, CITY, process_id, staff, "意见材料")
    now = await complete(house, CITY, process_id, staff)
    conclude = ConcludeProcess(
        committee=CITY,
        process_id=process_id,
        expected_version=now.version,
        outcome=ProcessOutcome.ADVICE,
        summary="各方意见",
    )
    with pytest.raises(WrongState, match="未达成共识"):
        await house.ask(conclude, staff)
    await house.ask(conclude.model_copy(update={"outcome": ProcessOutcome.OPINIONS_FOR_DECISION}), staff)
    done = await seen(house, CITY, process_id)
    assert done.state is ProcessState.CONCLUDED
    assert "handle" not in [run.step for run in done.runs]
    assert not await has_task(house, unit.handler, TaskKind.DO_STEP, process_id)
