"""Days of duty: planned by the year, taken in turns, recorded once, and credited in the same transaction (row 08)."""

from datetime import date, time
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Invalid, VersionClash, WrongState
from tests.house import House, person
from tests.members_at_work import adopt, office, some_members
from tests.services.test_corrections import notices
from tests.services.test_members_duty import LAST_YEAR, dossier
from tests.waiting import until_async
from tongxin_contracts.members.duty_days import (
    AssignDuty,
    CancelDutyDay,
    DutyDayRow,
    DutyDays,
    DutyDaysAnswer,
    DutyStatistics,
    DutyStatisticsAnswer,
    HeardMatter,
    PlanDutyDays,
    RecordDutyDay,
    ScheduleDutyDay,
    SetDutyPlan,
    SettleMatter,
    Took,
)
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import (
    Attendance,
    DutyDayForm,
    DutyDayState,
    MatterOutcome,
    NoticeKind,
)

NEXT_YEAR = date.today().year + 1  # noqa: DTZ011  (a whole year that is to come, whatever the zone)


async def days(house: House, committee: str, year: int) -> list[DutyDayRow]:
    answer = await house.ask(DutyDays(committee=committee, year=year), office(committee))
    assert isinstance(answer, DutyDaysAnswer)
    return answer.days


async def reception_plan(house: House, committee: str) -> UUID:
    plan = SetDutyPlan(
        committee=committee,
        plan_id=new_id(),
        name="委员接待日",
        day_of_month=8,
        place="三堤口街道协商议事室",
    )
    await house.ask(plan, office(committee))
    return plan.plan_id


async def record_day(house: House, committee: str, day: DutyDayRow, **more: Any) -> Done:
    columns = {"expected_version": day.version, "took": (), **more}
    done = await house.ask(
        RecordDutyDay(committee=committee, day_id=day.day_id, **columns), office(committee)
    )
    assert isinstance(done, Done)
    return done


async def test_a_year_is_planned_once_in_turns_and_whoever_is_on_duty_is_told(house: House) -> None:
    committee = "350420"
    one, two, three = await some_members(house, committee, 3)
    plan = PlanDutyDays(
        committee=committee,
        plan_id=await reception_plan(house, committee),
        year=NEXT_YEAR,
        rotation=[one.member_id, two.member_id, three.member_id],
        per_day=2,
    )
    await house.ask(plan, office(committee))
    with pytest.raises(WrongState, match="已经全部排好"):
        await house.ask(plan, office(committee))
    planned = await days(house, committee, NEXT_YEAR)
    assert [day.on.month for day in planned] == list(range(1, 13))
    assert all(day.on.day >= 8 and day.begins == time(9) for day in planned)
    assert [[person.member_id for person in day.people] for day in planned[:2]] == [
        [one.member_id, two.member_id],
        [three.member_id, one.member_id],
    ]

    async def told() -> bool:
        return (await notices(house, committee, one)).count(NoticeKind.DUTY_ASSIGNED) == 8

    await until_async(told, "once for each of the turns")
    me = person(Role.MEMBER, committee=committee, person_id=three.person_id)
    own = await house.ask(DutyDays(committee=committee, year=NEXT_YEAR), me)
    assert isinstance(own, DutyDaysAnswer)
    assert (len(own.days), own.plans) == (8, [])
    stranger = person(Role.MEMBER, committee=committee)
    none = await house.ask(DutyDays(committee=committee, year=NEXT_YEAR), stranger)
    assert isinstance(none, DutyDaysAnswer)
    assert none.days == []


async def test_who_is_on_duty_changes_and_a_day_is_cancelled(house: House) -> None:
    committee = "350421"
    one, two = await some_members(house, committee, 2)
    day = ScheduleDutyDay(
        committee=committee,
        day_id=new_id(),
        name="加装电梯请你来协商",
        form=DutyDayForm.CONSULTATION,
        on=date(NEXT_YEAR, 5, 6),
        begins=time(14, 30),
        ends=time(16),
        place="社区会客厅",
    )
    await house.ask(day, office(committee))
    with pytest.raises(Invalid):
        await house.ask(day.model_copy(update={"ends": time(14)}), office(committee))
    assign = AssignDuty(
        committee=committee, day_id=day.day_id, expected_version=1, members=[one.member_id, two.member_id]
    )
    await house.ask(assign, office(committee))
    with pytest.raises(VersionClash):
        await house.ask(assign, office(committee))
    with pytest.raises(Invalid):
        await house.ask(
            assign.model_copy(update={"expected_version": 2, "members": [new_id()]}), office(committee)
        )
    await house.ask(
        CancelDutyDay(committee=committee, day_id=day.day_id, reason="台风预警"), office(committee)
    )

    async def told() -> bool:
        return {NoticeKind.DUTY_ASSIGNED, NoticeKind.DUTY_CANCELLED} <= set(
            await notices(house, committee, two)
        )

    await until_async(told, "both are told")
    (row,) = await days(house, committee, NEXT_YEAR)
    assert row.state is DutyDayState.CANCELLED
    with pytest.raises(WrongState, match="已经取消"):
        await record_day(house, committee, row)


async def test_a_record_credits_everybody_at_once_and_keeps_what_was_heard(house: House) -> None:
    committee = "350422"
    await adopt(house, committee)
    came, away = await some_members(house, committee, 2)
    plan_id = await reception_plan(house, committee)
    await house.ask(PlanDutyDays(committee=committee, plan_id=plan_id, year=LAST_YEAR), office(committee))
    day = (await days(house, committee, LAST_YEAR))[4]
    matter = HeardMatter(matter_id=new_id(), text="三号楼下水道反复堵塞")
    took = (
        Took(member_id=came.member_id),
        Took(member_id=away.member_id, attendance=Attendance.LEAVE),
    )
    with pytest.raises(Invalid) as wrong:
        await record_day(house, committee, day, took=(took[0], took[0]), invited=1, present=3)
    assert {error.field for error in wrong.value.errors} == {"took", "present"}
    await record_day(house, committee, day, took=took, residents=23, matters=[matter])
    assert (await dossier(house, committee, came)).total == "5"
    assert [line.evidence for line in (await dossier(house, committee, came)).lines] == ["委员接待日"]
    assert (await dossier(house, committee, away)).total == "0"
    day = (await days(house, committee, LAST_YEAR))[4]
    assert (day.state, day.invited, day.present, day.residents) == (DutyDayState.RECORDED, 2, 1, 23)
    with pytest.raises(WrongState, match="已经登记"):
        await record_day(house, committee, day, took=took)
    settle = SettleMatter(
        committee=committee,
        day_id=day.day_id,
        matter_id=matter.matter_id,
        outcome=MatterOutcome.SOLVED,
        became="住建所已更换管道",
    )
    await house.ask(settle, office(committee))
    statistics = await house.ask(DutyStatistics(committee=committee, year=LAST_YEAR), office(committee))
    assert isinstance(statistics, DutyStatisticsAnswer)
    (line,) = statistics.forms
    assert (line.planned, line.held, line.turnout, line.residents) == (12, 1, "50", 23)
    assert (line.matters, line.solved) == (1, 1)


async def test_a_day_that_has_not_come_is_not_recorded(house: House) -> None:
    committee = "350423"
    plan_id = await reception_plan(house, committee)
    await house.ask(PlanDutyDays(committee=committee, plan_id=plan_id, year=NEXT_YEAR), office(committee))
    with pytest.raises(Invalid):
        await record_day(house, committee, (await days(house, committee, NEXT_YEAR))[0])
