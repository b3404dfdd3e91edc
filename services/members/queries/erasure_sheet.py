"""What erasing a member would meet, before it is done."""

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.members import tables
from services.members.retention import obstacles
from tongxin_contracts.members.erasure import ErasureSheet, ErasureSheetAnswer


async def erasure_sheet(query: ErasureSheet, work: Work) -> ErasureSheetAnswer:
    """Who it is, and what stands in the way; raises NotFound."""
    person, member = tables.person.c, tables.member.c
    row = (
        await work.tx.sql.execute(
            select(member.id, member.standing, person.name, person.erased_at)
            .join(tables.person, person.id == member.person_id)
            .where(member.committee == query.committee, member.id == query.member_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return ErasureSheetAnswer(
        member_id=row.id,
        name=row.name,
        standing=row.standing,
        erased=row.erased_at is not None,
        obstacles=[] if row.erased_at else await obstacles(row.id, row.standing, work),
    )
