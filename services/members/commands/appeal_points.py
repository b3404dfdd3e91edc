"""A member says that their points are wrong; the office has to answer."""

from typing import Any

from sqlalchemy import select

from chassis.problems import Invalid, NotFound
from chassis.tasks import Opened
from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.points import AppealPoints, PointsAppealed
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import MemberStanding, TaskKind


async def appeal_points(command: AppealPoints, work: Work) -> Done:
    """Take the appeal in; raises NotFound for somebody who is no member, Invalid for a line that is not theirs."""
    member = await _own_member(work)
    if command.fact_id is not None and not await _is_theirs(command, member.id, work):
        message = "这一行不在您的履职记录里，请刷新页面后重新选择。"
        raise Invalid(errors=[FieldProblem(field="fact_id", message=message)])
    appeal = work.create(
        tables.appeal,
        command.appeal_id,
        member_id=member.id,
        person_id=member.person_id,
        year=command.year,
        fact_id=command.fact_id,
        text=command.text,
        made_at=work.now,
    )
    appeal.state(
        PointsAppealed(
            appeal_id=appeal.id, member_id=member.id, person_id=member.person_id, year=command.year
        )
    )
    appeal.note("appeal_points")
    await work.open_task(
        Opened(
            kind=TaskKind.ANSWER_APPEAL,
            matter=appeal.id,
            about=member.id,
            title=f"一名委员对 {command.year} 年度履职积分有异议",
            role=Role.MEMBERS_OFFICE.value,
        )
    )
    return Done(id=appeal.id, version=appeal.version)


async def _own_member(work: Work) -> Any:
    member = tables.member.c
    found = (
        await work.tx.sql.execute(
            select(member.id, member.person_id).where(
                member.committee == work.committee,
                member.person_id == work.actor.person,
                member.standing == MemberStanding.SERVING,
            )
        )
    ).one_or_none()
    if found is None:
        raise NotFound("您在本级政协没有委员档案")
    return found


async def _is_theirs(command: AppealPoints, member_id: Any, work: Work) -> bool:
    fact = tables.duty_fact.c
    found = await work.tx.sql.scalar(
        select(fact.id).where(fact.id == command.fact_id, fact.member_id == member_id)
    )
    return found is not None
