"""The ranking of a duty year, made of the evidence each time: events alone move it (row 42).

Always holds: three statements whatever the number of members; only serving members are ranked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from services.members.ledgers import as_facts, current_year, facts_between, scheme_for
from services.members.rules.points import evaluate
from services.members.rules.ranking import Standing, ranked
from services.members.rules.scheme import Scheme
from tongxin_contracts.words import MemberStanding


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everybody's standing in one year."""

    year: int
    scheme: Scheme | None
    members: Mapping[UUID, Any]
    """Rows with person_id, name, liaison_group by member id."""
    standings: Mapping[UUID, Standing]
    """The first place first."""


async def ranking(work: Work, year: int | None) -> Ranking:
    """The ranking of a year; nobody is ranked where there is no scheme."""
    adopted = await scheme_for(work, year)
    scheme = adopted.scheme if adopted else None
    year = year or current_year(scheme, local_date(work.now))
    members = await serving_members(work)
    totals = await totals_of(work, scheme, year, members) if scheme else {}
    return Ranking(year, scheme, members, ranked(scheme, totals) if scheme else {})


async def serving_members(work: Work) -> dict[UUID, Any]:
    """Who serves, by member id."""
    person, member = tables.person.c, tables.member.c
    rows = await work.tx.sql.execute(
        select(member.id, member.person_id, person.name, member.liaison_group)
        .join(tables.person, person.id == member.person_id)
        .where(member.committee == work.committee, member.standing == MemberStanding.SERVING)
    )
    return {row.id: row for row in rows}


async def totals_of(
    work: Work, scheme: Scheme, year: int, members: Mapping[UUID, Any]
) -> dict[UUID, Decimal]:
    """Each member's total of the year; one statement."""
    facts = await facts_between(work, *scheme.window(year))
    return {member: evaluate(scheme, as_facts(facts.get(member, ())), year).total for member in members}
