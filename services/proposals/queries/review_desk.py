"""What waits in the rounds the reviewer sits in, the one due first on top."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from chassis.cursor import read_cursor
from chassis.work import Work
from services.proposals import tables
from services.proposals.queries.summaries import page
from tongxin_contracts.proposals.queries import ReviewDesk, ReviewDeskPage
from tongxin_contracts.words import ProposalState


async def review_desk(query: ReviewDesk, work: Work) -> ReviewDeskPage:
    """A page of the queue, and how many wait altogether."""
    columns = tables.proposal.c
    place = columns.review_due_at, columns.id
    waits = (
        columns.committee == query.committee,
        columns.state == ProposalState.SUBMITTED,
        columns.seats.overlap([role.value for role in work.actor.roles]),
    )
    statement = select(tables.proposal).where(*waits).order_by(*place).limit(query.limit + 1)
    if query.after:
        due, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        statement = statement.where(tuple_(*place) > (due, id_))
    rows = (await work.tx.sql.execute(statement)).all()
    shown = page(rows, query.limit, lambda row: (row.review_due_at.isoformat(), row.id), for_reviewers=True)
    waiting = await work.tx.sql.scalar(select(func.count()).select_from(tables.proposal).where(*waits))
    return ReviewDeskPage(proposals=shown.proposals, next=shown.next, waiting=waiting or 0)
