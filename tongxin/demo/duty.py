"""What members did beside proposing: activities and days of volunteering over two years, reception days in 云岭县."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from chassis.calendar import LOCAL, local_date
from tongxin.demo import grid
from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.places import BESIDE, COUNTY
from tongxin_contracts.members.commands import RecordDuty
from tongxin_contracts.members.duty_days import (
    DutyDays,
    DutyDaysAnswer,
    HeardMatter,
    PlanDutyDays,
    RecordDutyDay,
    SetDutyPlan,
    Took,
)
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import DutyDayState, DutyKind, MatterOutcome

DUTIES: Final = (
    (DutyKind.ACTIVITY, "“有事好商量”小区停车难协商会"),
    (DutyKind.ACTIVITY, "老旧小区改造视察"),
    (DutyKind.VOLUNTEERING, "防汛志愿服务"),
    (DutyKind.GOLDEN_IDEA, "关于错时共享停车位的金点子"),
    (DutyKind.TRAINING, "新任委员履职培训"),
)


async def record(script: Script, office: Office, members: list[MemberRow]) -> None:
    """Every third member took part in something, some in a lot."""
    staff = office.acting(Role.MEMBERS_OFFICE)
    commands = []
    for place, member in enumerate(members[::3]):
        for turn in range(1 + place % 3):
            kind, note = DUTIES[(place + turn) % len(DUTIES)]
            at = script.now - timedelta(days=20 + (place * 7 + turn * 53) % 290)
            command = RecordDuty(
                committee=office.committee,
                member_id=member.member_id,
                fact_id=made_id("duty", member.member_id, turn),
                kind=kind,
                on=local_date(at),
                note=note,
            )
            commands.append(partial(script.do, command, staff, at=at + timedelta(days=1)))
    await script.all(commands, f"{office.place.place}履职记录")
    if office.committee == BESIDE.code:
        await _reception_days(script, office, members)
    if office.committee == COUNTY.code:
        await grid.set_up(script, office, members)


MATTERS: Final = (
    ("南门路灯三盏不亮，老人夜间出门不便", MatterOutcome.SOLVED, "供电所第二天更换，共 3 盏"),
    ("菜市场门口积水", MatterOutcome.SOLVED, "清理雨水口 2 处"),
    ("小区加装电梯补贴标准", MatterOutcome.EXPLAINED, "已说明政策和办理流程"),
    ("学校门口早晚拥堵", MatterOutcome.PASSED_ON, "转公安局，列入护学岗"),
)


async def _reception_days(script: Script, office: Office, members: list[MemberRow]) -> None:
    """The 8th of every month in the morning (row 08); what has passed this year is recorded."""
    staff, plan, year = (
        office.acting(Role.MEMBERS_OFFICE),
        made_id(office.committee, "reception"),
        script.now.year,
    )
    at = script.now - timedelta(days=330)
    place = "云岭镇委员工作室"
    await script.do(
        SetDutyPlan(committee=office.committee, plan_id=plan, name="委员接待日", day_of_month=8, place=place),
        staff,
        at=at,
    )
    rotation = [member.member_id for member in members[:24]]
    await script.do(
        PlanDutyDays(committee=office.committee, plan_id=plan, year=year, rotation=rotation), staff, at=at
    )
    days = (await script.tell(DutyDaysAnswer, DutyDays(committee=office.committee, year=year), staff)).days
    passed = [day for day in days if day.on < local_date(script.now) and day.state is DutyDayState.PLANNED]
    for place_, day in enumerate(passed):
        text, outcome, became = MATTERS[place_ % len(MATTERS)]
        record = RecordDutyDay(
            committee=office.committee,
            day_id=day.day_id,
            expected_version=day.version,
            took=[Took(member_id=member.member_id) for member in day.people],
            residents=12 + 7 * place_ % 31,
            matters=[
                HeardMatter(
                    matter_id=made_id("matter", day.day_id), text=text, outcome=outcome, became=became
                )
            ],
        )
        await script.do(record, staff, at=datetime.combine(day.on, time(15), LOCAL))
    script.say(f"{office.place.place}：委员接待日 {len(days)} 次，已登记 {len(passed)} 次")
