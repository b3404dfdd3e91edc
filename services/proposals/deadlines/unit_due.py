"""Units' dates have passed and nothing came: it is said once; the work stays open.

Always holds: a part with a later date, and one for which more time was asked in time and nobody has decided yet, is
not called overdue; a refusal that comes after the date says it then.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from chassis.deadlines import Deadline
from chassis.work import Work
from services.proposals import tables
from services.proposals.handling_tables import UNDECIDED, extension
from services.proposals.handlings import state_overdue, with_parts


async def on_units_due(deadlines: Sequence[Deadline], work: Work) -> None:
    """State those that are late; a constant number of statements, however many fall due on one day."""
    due = {deadline.matter: deadline for deadline in deadlines}
    allocation = tables.allocation
    handlings = await work.tx.sql.scalars(
        select(allocation.c.handling_id).where(allocation.c.id.in_(due)).distinct()
    )
    cases = await with_parts(work, await work.load_many(tables.handling, list(handlings)))
    asked = await _waiting_for_more_time(due, work)
    for case in cases:
        for part in case.parts:
            deadline = due.get(part["id"])
            if deadline is None or part["id"] in asked or part["done_at"] is not None:
                continue
            if part["due_at"] <= deadline.due_at:
                state_overdue(case, part, deadline.rule)


async def _waiting_for_more_time(parts: Collection[UUID], work: Work) -> set[UUID]:
    found = await work.tx.sql.scalars(
        select(extension.c.allocation_id)
        .join(tables.handling, UNDECIDED)
        .where(extension.c.allocation_id.in_(parts))
    )
    return set(found)
