"""Points as anybody asks for them: the scheme in force, the facts of a duty year, and the ledger made of both.

No total is ever stored beside its facts: a ledger is made anew from the evidence each time, so a correction moves it at
once. Only the end of a year is written down, with the scheme it was reckoned by.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from services.members.rules.points import DutyFact, Ledger, evaluate
from services.members.rules.scheme import Scheme
from services.members.rules.scheme_reading import load_scheme
from tongxin_contracts.words import Attendance, Authorship, DutyKind


@dataclass(frozen=True, slots=True)
class Adopted:
    """A scheme as a committee adopted it."""

    id: UUID
    source: str
    data: Mapping[str, Any]
    adopted_at: datetime
    scheme: Scheme


async def adopted_schemes(work: Work) -> list[Adopted]:
    """The committee's schemes, the newest first; a committee has a handful in its life."""
    rows = await work.tx.sql.execute(
        select(tables.scheme)
        .where(tables.scheme.c.committee == work.committee)
        .order_by(tables.scheme.c.adopted_at.desc(), tables.scheme.c.id.desc())
    )
    return [Adopted(row.id, row.source, row.data, row.adopted_at, load_scheme(row.data)) for row in rows]


async def scheme_for(work: Work, year: int | None) -> Adopted | None:
    """The scheme a duty year is reckoned by: the last one adopted before the year ended, else the first there was.

    None for the year means the current one.
    """
    schemes = await adopted_schemes(work)
    if year is None:
        return schemes[0] if schemes else None
    in_time = (one for one in schemes if local_date(one.adopted_at) <= one.scheme.window(year)[1])
    return next(in_time, schemes[-1] if schemes else None)


def current_year(scheme: Scheme | None, today: date) -> int:
    """The duty year a day belongs to; the calendar's where there is no scheme."""
    return scheme.year_of(today) if scheme else today.year


async def facts_between(
    work: Work, first: date, last: date, members: Sequence[UUID] | None = None
) -> dict[UUID, list[Any]]:
    """Rows of `duty_fact` that stand, by member; one statement for however many members, None for all of them."""
    fact = tables.duty_fact.c
    statement = select(tables.duty_fact).where(
        fact.committee == work.committee, fact.on_day.between(first, last), fact.annulled_at.is_(None)
    )
    if members is not None:
        statement = statement.where(fact.member_id.in_(members))
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in await work.tx.sql.execute(statement.order_by(fact.on_day, fact.id)):
        found[row.member_id].append(row)
    return found


async def ledgers(
    work: Work, scheme: Scheme, year: int, members: Sequence[UUID]
) -> dict[UUID, tuple[Ledger, list[Any]]]:
    """The ledger of each member and the facts it was made of; one statement."""
    first, last = scheme.window(year)
    facts = await facts_between(work, first, last, members)
    return {
        member: (evaluate(scheme, as_facts(facts.get(member, ())), year), facts.get(member, []))
        for member in members
    }


def as_facts(rows: Iterable[Any]) -> list[DutyFact]:
    """Rows of `duty_fact` as the rules take them."""
    return [
        DutyFact(
            fact_id=row.id,
            kind=DutyKind.of(row.kind),
            on=row.on_day,
            quantity=row.quantity,
            attendance=Attendance.of(row.attendance),
            authors=row.authors,
            position=row.position,
            collective=row.share_role == Authorship.COLLECTIVE,
        )
        for row in rows
    ]
