"""A committee's grid as commands and queries need it: the aggregate, its parties and rules, links on a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from chassis.ids import derived_id
from chassis.work import Aggregate, Work
from services.members import coverage_tables as tables
from tongxin_contracts.members.coverage import Link, LinkRow, LinkRule, Party, Venue
from tongxin_contracts.words import Fixture, PartyKind, VenueKind


async def grid_of(work: Work, expected: int | None = None) -> Aggregate:
    """The committee's grid, made when somebody first says something about it; refuses another version than expected."""
    id_ = derived_id("grid", work.committee)
    found = await work.load_many(tables.grid, [id_])
    grid = found[0] if found else work.create(tables.grid, id_)
    if expected is not None:
        grid.expect(expected)
    return grid


async def version_of(work: Work) -> int:
    """The grid's version; 0 while there is none."""
    table = tables.grid
    version = await work.tx.sql.scalar(select(table.c.version).where(table.c.committee == work.committee))
    return int(version or 0)


async def parties_of(work: Work) -> list[Party]:
    """In the order in which they were said."""
    rows = await work.tx.sql.execute(
        select(tables.party).where(tables.party.c.committee == work.committee).order_by(tables.party.c.number)
    )
    return [Party(kind=PartyKind.of(row.kind), name=row.name, person_id=row.person_id) for row in rows]


async def rules_of(work: Work) -> list[LinkRule]:
    """In the order in which they were said."""
    rows = await work.tx.sql.execute(
        select(tables.rule).where(tables.rule.c.committee == work.committee).order_by(tables.rule.c.number)
    )
    return [
        LinkRule(
            code=row.code,
            name=row.name,
            from_kind=PartyKind.of(row.from_kind),
            to_kind=PartyKind.of(row.to_kind),
            per_from=row.per_from,
            per_to=row.per_to,
        )
        for row in rows
    ]


async def links_on(work: Work, day: date, people: dict[str, UUID | None]) -> dict[str, list[LinkRow]]:
    """Links that hold on a day, by rule; `people` says who a name is."""
    link = tables.link.c
    rows = await work.tx.sql.execute(
        select(tables.link)
        .where(
            link.committee == work.committee,
            link.begins_on <= day,
            or_(link.ends_on.is_(None), link.ends_on > day),
        )
        .order_by(link.rule, link.taker, link.giver)
    )
    found: dict[str, list[LinkRow]] = defaultdict(list)
    for row in rows:
        found[row.rule].append(
            LinkRow(
                giver=row.giver,
                giver_person=people.get(row.giver),
                taker=row.taker,
                begins_on=row.begins_on,
            )
        )
    return found


async def venues_of(work: Work) -> dict[str, list[Venue]]:
    """Venues by their place."""
    venue = tables.venue
    rows = await work.tx.sql.execute(
        select(venue).where(venue.c.committee == work.committee).order_by(venue.c.place, venue.c.name)
    )
    found: dict[str, list[Venue]] = defaultdict(list)
    for row in rows:
        has = tuple(fixture for fixture in Fixture if fixture.value in row.has)
        found[row.place].append(Venue(place=row.place, kind=VenueKind.of(row.kind), name=row.name, has=has))
    return found


def as_links(rows: Sequence[LinkRow]) -> list[Link]:
    """As the rules take them."""
    return [Link(giver=row.giver, taker=row.taker) for row in rows]
