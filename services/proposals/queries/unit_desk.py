"""What one's own units have to do, the one due first on top."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.proposals import tables
from services.proposals.queries.parts import rows_shown
from services.proposals.unit_people import units_of
from tongxin_contracts.proposals.handling_queries import HandlingPage, UnitDesk
from tongxin_contracts.words import AllocationState


async def unit_desk(query: UnitDesk, work: Work) -> HandlingPage:
    """A page of the parts of all units the reader is in; done ones only when asked for."""
    proposal, handling, allocation = tables.proposal, tables.handling, tables.allocation
    due = func.coalesce(allocation.c.due_at, handling.c.object_by)
    statement = (
        select(
            proposal.c.id.label("proposal_id"),
            handling.c.id.label("handling_id"),
            handling.c.version,
            proposal.c.number,
            proposal.c.title,
            proposal.c.category,
            handling.c.state,
            handling.c.object_by,
            due.label("due_at"),
            allocation.c.id.label("allocation_id"),
        )
        .join(handling, handling.c.id == allocation.c.handling_id)
        .join(proposal, proposal.c.id == handling.c.proposal_id)
        .where(
            allocation.c.unit_id.in_(await units_of(work)),
            allocation.c.state.not_in([AllocationState.REPLACED, AllocationState.RETURNED]),
        )
    )
    if query.open_only:
        statement = statement.where(allocation.c.done_at.is_(None))
    if query.part is not None:
        statement = statement.where(allocation.c.part == query.part)
    if query.after:
        place, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        statement = statement.where((due > place) | ((due == place) & (allocation.c.id > id_)))
    rows = (await work.tx.sql.execute(statement.order_by(due, allocation.c.id).limit(query.limit + 1))).all()
    shown = rows[: query.limit]
    following = write_cursor(shown[-1].due_at, shown[-1].allocation_id) if len(rows) > query.limit else None
    return HandlingPage(rows=await rows_shown(shown, work), next=following)
