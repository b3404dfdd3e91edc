"""The committee's members, a page at a time, with their points of the current duty year."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, tuple_

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from services.members.ledgers import current_year, ledgers, scheme_for
from services.members.queries.cursors import read_cursor, write_cursor
from services.members.rules.scheme import points_text
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage


async def roster(query: Roster, work: Work) -> RosterPage:
    """A page by name; three statements, whatever its size."""
    rows = (await work.tx.sql.execute(_statement(query))).all()
    shown = rows[: query.limit]
    points = await _points(work, [row.member_id for row in shown])
    following = write_cursor(shown[-1].name, shown[-1].person_id) if len(rows) > query.limit else None
    return RosterPage(members=[_line(row, points) for row in shown], next=following)


def _statement(query: Roster) -> Any:
    person, member = tables.person.c, tables.member.c
    statement = (
        select(
            member.id.label("member_id"),
            member.person_id,
            person.name,
            member.sector,
            member.rank,
            member.standing,
            member.special_committee,
            member.liaison_group,
            member.employer,
            member.post,
        )
        .join(tables.member, member.person_id == person.id)
        .where(person.committee == query.committee, member.committee == query.committee)
        .order_by(person.name, person.id)
        .limit(query.limit + 1)
    )
    if query.search:
        searched = (person.name, member.employer, member.liaison_group)
        statement = statement.where(
            or_(*(column.icontains(query.search, autoescape=True) for column in searched))
        )
    if query.after:
        statement = statement.where(tuple_(person.name, person.id) > read_cursor(query.after))
    return statement


async def _points(work: Work, members: Sequence[UUID]) -> Mapping[UUID, str]:
    adopted = await scheme_for(work, None)
    if adopted is None or not members:
        return {}
    year = current_year(adopted.scheme, local_date(work.now))
    found = await ledgers(work, adopted.scheme, year, members)
    return {member: points_text(ledger.total) for member, (ledger, _) in found.items()}


def _line(row: Any, points: Mapping[UUID, str]) -> MemberRow:
    return MemberRow(
        member_id=row.member_id,
        person_id=row.person_id,
        name=row.name,
        sector=row.sector,
        rank=row.rank,
        standing=row.standing,
        special_committee=row.special_committee,
        liaison_group=row.liaison_group,
        employer=row.employer,
        post=row.post,
        points=points.get(row.member_id),
    )
