"""What is filed in a committee, the newest number first."""

from sqlalchemy import select, tuple_

from chassis.cursor import read_cursor
from chassis.work import Work
from services.proposals import tables
from services.proposals.queries.summaries import page
from tongxin_contracts.proposals.queries import ProposalPage, Proposals


async def proposals(query: Proposals, work: Work) -> ProposalPage:
    """A page of the list, by category and by words of the title where asked."""
    columns = tables.proposal.c
    place = columns.term, columns.session, columns.serial
    statement = (
        select(tables.proposal)
        .where(columns.committee == query.committee, columns.number.is_not(None))
        .order_by(*(column.desc() for column in place))
        .limit(query.limit + 1)
    )
    if query.category:
        statement = statement.where(columns.category == query.category)
    if query.search.strip():
        statement = statement.where(columns.title.contains(query.search.strip(), autoescape=True))
    if query.after:
        statement = statement.where(tuple_(*place) < read_cursor(query.after, int, int, int))
    rows = (await work.tx.sql.execute(statement)).all()
    return page(rows, query.limit, lambda row: (row.term, row.session, row.serial))
