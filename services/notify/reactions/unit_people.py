"""Who works in which handling unit, as members told."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.words import UnitDuty


async def people_of(
    work: Work, units: Collection[UUID], duties: Collection[UnitDuty]
) -> dict[UUID, list[UUID]]:
    """Who has one of these duties in each unit; one statement."""
    post = tables.unit_post
    rows = await work.tx.sql.execute(
        select(post.c.unit_id, post.c.person_id).where(
            post.c.unit_id.in_(units), post.c.duty.in_(list(duties))
        )
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.unit_id].append(row.person_id)
    return found
