"""What members did beside proposing: activities and days of volunteering over two years, reception days in 云岭县."""

from datetime import timedelta
from functools import partial
from typing import Final

from chassis.calendar import local_date
from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin_contracts.members.commands import RecordDuty
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import DutyKind

DUTIES: Final = (
    (DutyKind.ACTIVITY, "“有事好商量”小区停车难协商会"),
    (DutyKind.ACTIVITY, "老旧小区改造视察"),
    (DutyKind.VOLUNTEERING, "防汛志愿服务"),
    (DutyKind.GOLDEN_IDEA, "关于错时共享停车位的金点子"),
    (DutyKind.TRAINING, "新任委员履职培训"),
)


async def record(script: Script, office: Office, members: list[MemberRow]) -> None:
    """Every second member took part in something, some in a lot."""
    staff = office.acting(Role.MEMBERS_OFFICE)
    commands = []
    for place, member in enumerate(members[::2]):
        for turn in range(1 + place % 4):
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
