"""What waits for review, the one due first on top."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from chassis.cursor import read_cursor
from chassis.work import Work
from services.proposals import tables
from services.proposals.queries.summaries import page
from tongxin_contracts.proposals.queries import ProposalPage, ReviewDesk
from tongxin_contracts.words import ProposalState


async def review_desk(query: ReviewDesk, work: Work) -> ProposalPage:
    """A page of the queue."""
    place = tables.proposal.c.review_due_at, tables.proposal.c.id
    statement = (
        select(tables.proposal)
        .where(
            tables.proposal.c.committee == query.committee,
            tables.proposal.c.state == ProposalState.SUBMITTED,
        )
        .order_by(*place)
        .limit(query.limit + 1)
    )
    if query.after:
        due, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        statement = statement.where(tuple_(*place) > (due, id_))
    rows = (await work.tx.sql.execute(statement)).all()
    return page(rows, query.limit, lambda row: (row.review_due_at.isoformat(), row.id))
