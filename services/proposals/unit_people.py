"""Who somebody is in which handling unit: the second question after the role's permission."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.words import UnitDuty


async def units_of(work: Work, duties: Collection[UnitDuty] = tuple(UnitDuty)) -> set[UUID]:
    """The units in which the actor has one of these duties."""
    post = tables.unit_post
    found = await work.tx.sql.scalars(
        select(post.c.unit_id).where(post.c.person_id == work.actor.person, post.c.duty.in_(list(duties)))
    )
    return set(found)


async def unit_names(work: Work, units: Collection[UUID]) -> dict[UUID, str]:
    """Short names of units; one that members has not told of yet is missing."""
    if not units:
        return {}
    unit = tables.unit
    found = await work.tx.sql.execute(select(unit.c.id, unit.c.short_name).where(unit.c.id.in_(units)))
    return {row.id: row.short_name for row in found}


async def unit_full_names(work: Work, units: Collection[UUID]) -> dict[UUID, str]:
    """Names of units as they sign letters."""
    if not units:
        return {}
    unit = tables.unit
    found = await work.tx.sql.execute(select(unit.c.id, unit.c.name).where(unit.c.id.in_(units)))
    return {row.id: row.name for row in found}
