"""The committee's active units, with the reader's own duties in them."""

from sqlalchemy import select

from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.proposals.handling_queries import HandlingUnit, HandlingUnits, HandlingUnitsAnswer
from tongxin_contracts.words import UnitDuty


async def handling_units(query: HandlingUnits, work: Work) -> HandlingUnitsAnswer:
    """Units by name; a city has fewer than 200."""
    unit, post = tables.unit, tables.unit_post
    units = await work.tx.sql.execute(
        select(unit).where(unit.c.committee == query.committee, unit.c.active).order_by(unit.c.name)
    )
    posts = await work.tx.sql.execute(
        select(post.c.unit_id, post.c.duty).where(post.c.person_id == work.actor.person)
    )
    mine: dict[object, list[UnitDuty]] = {}
    for row in posts:
        mine.setdefault(row.unit_id, []).append(UnitDuty.of(row.duty))
    return HandlingUnitsAnswer(
        units=[
            HandlingUnit(
                unit_id=row.id, name=row.name, short_name=row.short_name, duties=mine.get(row.id, [])
            )
            for row in units
        ]
    )
