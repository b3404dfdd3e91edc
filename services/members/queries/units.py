"""The committee's handling units with their people."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.members.queries import UnitRow, Units, UnitsAnswer


async def units(query: Units, work: Work) -> UnitsAnswer:
    """All of them by name, those in use first; two statements."""
    unit, post = tables.unit.c, tables.unit_post.c
    rows = await work.tx.sql.execute(
        select(tables.unit)
        .where(unit.committee == query.committee)
        .order_by(unit.active.desc(), unit.name, unit.id)
    )
    posts: dict[UUID, list[UnitPost]] = defaultdict(list)
    for row in await work.tx.sql.execute(
        select(tables.unit_post)
        .where(post.committee == query.committee)
        .order_by(post.unit_id, post.duty, post.person_id)
    ):
        posts[row.unit_id].append(UnitPost(person_id=row.person_id, duty=row.duty))
    return UnitsAnswer(
        units=[
            UnitRow(
                unit_id=row.id,
                version=row.version,
                name=row.name,
                short_name=row.short_name,
                active=row.active,
                posts=posts.get(row.id, []),
            )
            for row in rows
        ]
    )
