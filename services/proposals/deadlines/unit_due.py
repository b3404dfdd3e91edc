"""A unit's date has passed and nothing came: it is said once; the work stays open."""

from sqlalchemy import select

from chassis.deadlines import Deadline
from chassis.work import Work
from services.proposals import tables
from services.proposals.handlings import with_parts
from tongxin_contracts.proposals.handling_events import HandlingOverdue
from tongxin_contracts.words import AllocationPart


async def on_unit_due(deadline: Deadline, work: Work) -> None:
    """State it, unless the part is done or has a later date."""
    allocation = tables.allocation
    found = await work.tx.sql.scalar(
        select(allocation.c.handling_id).where(allocation.c.id == deadline.matter)
    )
    if found is None:
        return
    case = (await with_parts(work, [await work.load(tables.handling, found)]))[0]
    part = next((part for part in case.parts if part["id"] == deadline.matter), None)
    if part is None or part["done_at"] is not None or part["due_at"] > deadline.due_at:
        return
    case.handling.state(
        HandlingOverdue(
            handling_id=case.id,
            proposal_id=case.proposal.id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            part=AllocationPart.of(part["part"]),
            due_at=deadline.due_at,
        )
    )
    case.handling.note("overdue", reason=f"{case.name(part['unit_id'])}：{deadline.rule}")
