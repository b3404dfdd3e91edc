"""What commands about days of duty have in common: who may be on duty, and telling them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from chassis.calendar import local_date
from chassis.problems import Invalid, WrongState
from chassis.work import Aggregate, Work
from services.members import tables
from tongxin_contracts.members.duty_days import DutyDayAssigned
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import Attendance, DutyDayState, DutyKind, MemberStanding

FROM_EVENTS = (DutyKind.PROPOSAL_SUBMITTED, DutyKind.PROPOSAL_FILED)


async def serving_people(work: Work, members: Iterable[UUID], field: str) -> dict[UUID, UUID]:
    """Person by member id; raises Invalid when one of them does not serve here. One statement."""
    wanted = list(dict.fromkeys(members))
    member = tables.member.c
    rows = await work.tx.sql.execute(
        select(member.id, member.person_id).where(
            member.id.in_(wanted),
            member.committee == work.committee,
            member.standing == MemberStanding.SERVING,
        )
    )
    found = {row.id: row.person_id for row in rows}
    if len(found) < len(wanted):
        message = "其中有人不是本级政协的在任委员，请重新选择。"
        raise Invalid(errors=[FieldProblem(field=field, message=message)])
    return {member_id: found[member_id] for member_id in wanted}


async def people_on_duty(work: Work, day_id: UUID) -> dict[UUID, UUID]:
    """Person by member id of those on duty on a day, in their order."""
    post, member = tables.duty_post.c, tables.member.c
    rows = await work.tx.sql.execute(
        select(post.member_id, member.person_id)
        .join(tables.member, member.id == post.member_id)
        .where(post.day_id == day_id)
        .order_by(post.place)
    )
    return {row.member_id: row.person_id for row in rows}


async def write_posts(
    work: Work,
    people_by_day: Sequence[tuple[UUID, Sequence[UUID]]],
    attendance: Mapping[UUID, Attendance] = MappingProxyType({}),
) -> None:
    """Put members on these days in place of whoever was there; two statements."""
    await work.tx.sql.execute(
        delete(tables.duty_post).where(tables.duty_post.c.day_id.in_([day for day, _ in people_by_day]))
    )
    rows: list[dict[str, Any]] = [
        {
            "day_id": day,
            "member_id": member,
            "committee": work.committee,
            "place": place,
            "attendance": attendance.get(member),
        }
        for day, members in people_by_day
        for place, member in enumerate(members, 1)
    ]
    if rows:
        await work.tx.sql.execute(insert(tables.duty_post), rows)


def state_assigned(day: Aggregate, people: Iterable[UUID], newly: Iterable[UUID]) -> None:
    """State a day and its people as they stand now; of a day that is over nobody has to be told."""
    over = day["on_day"] < local_date(day.work.now)
    day.state(
        DutyDayAssigned(
            day_id=day.id,
            name=day["name"],
            form=day["form"],
            on=day["on_day"],
            begins=day["begins"],
            ends=day["ends"],
            place=day["place"],
            people=tuple(people),
            newly=() if over else tuple(newly),
        )
    )


def check_planned(day: Aggregate) -> None:
    """Raise WrongState unless the day is still to be held."""
    if day["state"] == DutyDayState.RECORDED:
        raise WrongState("这一天的情况已经登记，不能再改动安排")
    if day["state"] == DutyDayState.CANCELLED:
        raise WrongState("这一天已经取消，请另外安排")


def kind_problems(kind: DutyKind) -> list[FieldProblem]:
    """A proposal's points come from its own events."""
    if kind not in FROM_EVENTS:
        return []
    return [FieldProblem(field="kind", message=f"“{kind.label}”由系统自动记入，请选择其他履职类别。")]


def times_problems(begins: time, ends: time) -> list[FieldProblem]:
    """A day of duty ends after it begins."""
    return [] if begins < ends else [FieldProblem(field="ends", message="结束时间应晚于开始时间，请核对。")]
