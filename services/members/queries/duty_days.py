"""A year's days of duty: one's own, or the committee's; and the plans they come from."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.duty_days import (
    DutyDayRow,
    DutyDays,
    DutyDaysAnswer,
    DutyPlanRow,
    MatterRow,
    OnDuty,
)
from tongxin_contracts.permissions import Scope


async def duty_days(query: DutyDays, work: Work) -> DutyDaysAnswer:
    """In their order; four statements, whatever the number of days."""
    year = query.year or local_date(work.now).year
    rows = await _days(query, year, work)
    ids = [row.id for row in rows]
    people, matters = await _people(ids, work), await _matters(ids, work)
    return DutyDaysAnswer(
        year=year,
        plans=[] if work.scope is Scope.OWN else await _plans(query.committee, work),
        days=[_row(row, people.get(row.id, []), matters.get(row.id, [])) for row in rows],
    )


async def _days(query: DutyDays, year: int, work: Work) -> Sequence[Any]:
    day = tables.duty_day.c
    statement = (
        select(tables.duty_day)
        .where(day.committee == query.committee)
        .order_by(day.on_day, day.begins, day.id)
    )
    if query.day_id is not None:
        statement = statement.where(day.id == query.day_id)
    else:
        statement = statement.where(day.on_day.between(date(year, 1, 1), date(year, 12, 31)))
    if work.scope is Scope.OWN:
        own = (
            select(tables.duty_post.c.day_id)
            .join(tables.member, tables.member.c.id == tables.duty_post.c.member_id)
            .where(tables.member.c.person_id == work.actor.person)
        )
        statement = statement.where(day.id.in_(own))
    return (await work.tx.sql.execute(statement)).all()


async def _people(days: Sequence[UUID], work: Work) -> dict[UUID, list[OnDuty]]:
    post, member, person = tables.duty_post.c, tables.member.c, tables.person.c
    rows = await work.tx.sql.execute(
        select(post.day_id, post.member_id, post.attendance, person.id, person.name)
        .join(tables.member, member.id == post.member_id)
        .join(tables.person, person.id == member.person_id)
        .where(post.day_id.in_(days))
        .order_by(post.day_id, post.place)
    )
    found: dict[UUID, list[OnDuty]] = defaultdict(list)
    for row in rows:
        found[row.day_id].append(
            OnDuty(member_id=row.member_id, person_id=row.id, name=row.name, attendance=row.attendance)
        )
    return found


async def _matters(days: Sequence[UUID], work: Work) -> dict[UUID, list[MatterRow]]:
    matter = tables.heard_matter.c
    rows = await work.tx.sql.execute(
        select(tables.heard_matter).where(matter.day_id.in_(days)).order_by(matter.day_id, matter.place)
    )
    found: dict[UUID, list[MatterRow]] = defaultdict(list)
    for row in rows:
        found[row.day_id].append(
            MatterRow(matter_id=row.id, text=row.text, outcome=row.outcome, became=row.became)
        )
    return found


async def _plans(committee: str, work: Work) -> list[DutyPlanRow]:
    plan = tables.duty_plan.c
    rows = await work.tx.sql.execute(
        select(tables.duty_plan).where(plan.committee == committee).order_by(plan.name, plan.id)
    )
    return [
        DutyPlanRow(
            plan_id=row.id,
            version=row.version,
            name=row.name,
            form=row.form,
            kind=row.kind,
            day_of_month=row.day_of_month,
            half=row.half,
            shift=row.shift,
            place=row.place,
            active=row.active,
        )
        for row in rows
    ]


def _row(row: Any, people: list[OnDuty], matters: list[MatterRow]) -> DutyDayRow:
    return DutyDayRow(
        day_id=row.id,
        version=row.version,
        name=row.name,
        form=row.form,
        kind=row.kind,
        on=row.on_day,
        begins=row.begins,
        ends=row.ends,
        place=row.place,
        state=row.state,
        people=people,
        invited=row.invited,
        present=row.present,
        residents=row.residents,
        matters=matters,
    )
