"""Appeals against points: one's own, or the committee's for the office."""

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.points import AppealRow, Appeals, AppealsAnswer
from tongxin_contracts.permissions import Scope
from tongxin_contracts.words import DutyKind

SHOWN_MAX = 100


async def appeals(query: Appeals, work: Work) -> AppealsAnswer:
    """The newest first; one statement."""
    appeal, person, fact = tables.appeal.c, tables.person.c, tables.duty_fact.c
    statement = (
        select(tables.appeal, person.name, fact.kind, fact.on_day, fact.evidence)
        .join(tables.person, person.id == appeal.person_id)
        .join(tables.duty_fact, fact.id == appeal.fact_id, isouter=True)
        .where(appeal.committee == query.committee)
        .order_by(appeal.made_at.desc(), appeal.id)
        .limit(SHOWN_MAX)
    )
    if work.scope is Scope.OWN:
        statement = statement.where(appeal.person_id == work.actor.person)
    if query.open_only:
        statement = statement.where(appeal.answered_at.is_(None))
    return AppealsAnswer(appeals=[_row(row) for row in await work.tx.sql.execute(statement)])


def _row(row: Any) -> AppealRow:
    line = f"{row.on_day} {DutyKind.of(row.kind).label}：{row.evidence}" if row.kind else None
    return AppealRow(
        appeal_id=row.id,
        version=row.version,
        member_id=row.member_id,
        person_id=row.person_id,
        name=row.name,
        year=row.year,
        fact_id=row.fact_id,
        line=line,
        text=row.text,
        made_at=row.made_at,
        granted=row.granted,
        answer=row.answer,
        answered_at=row.answered_at,
    )
