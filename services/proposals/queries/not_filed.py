"""不予立案的清单: what a session's review did not file, on which ground; nothing disappears silently."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.proposals.review_queries import NotFiled, NotFiledPage, NotFiledRow
from tongxin_contracts.words import Ground, ProposalState


async def not_filed(query: NotFiled, work: Work) -> NotFiledPage:
    """A page of the list by the day of the decision, and the counts by ground of the whole session."""
    columns = tables.proposal.c
    term, session = await _session(query, work)
    listed = [columns.committee == work.committee, columns.state == ProposalState.NOT_FILED]
    if term is not None:
        listed += [columns.term == term, columns.session == session]
    counts = await work.tx.sql.execute(
        select(columns.ground, func.count().label("number")).where(*listed).group_by(columns.ground)
    )
    place = columns.decided_at, columns.id
    statement = select(tables.proposal).where(*listed).order_by(*place).limit(query.limit + 1)
    if query.after:
        statement = statement.where(tuple_(*place) > read_cursor(query.after, datetime.fromisoformat, UUID))
    rows = (await work.tx.sql.execute(statement)).all()
    shown = rows[: query.limit]
    return NotFiledPage(
        term=term,
        session=session,
        proposals=[
            NotFiledRow(
                proposal_id=row.id,
                title=row.title,
                category=row.category,
                first_proposer=row.first_proposer,
                co_proposers=list(row.co_proposers),
                ground=row.ground,
                explanation=row.explanation,
                decided_at=row.decided_at,
                rule_version=row.decided_by_rule,
            )
            for row in shown
        ],
        by_ground={Ground(row.ground): row.number for row in counts},
        next=write_cursor(shown[-1].decided_at.isoformat(), shown[-1].id)
        if len(rows) > query.limit
        else None,
    )


async def _session(query: NotFiled, work: Work) -> tuple[int | None, int | None]:
    """The one asked for, else the latest the committee has decided anything in."""
    if query.term is not None and query.session is not None:
        return query.term, query.session
    columns = tables.proposal.c
    latest = (
        await work.tx.sql.execute(
            select(columns.term, columns.session)
            .where(columns.committee == work.committee, columns.term.is_not(None))
            .order_by(columns.term.desc(), columns.session.desc())
            .limit(1)
        )
    ).one_or_none()
    return (latest.term, latest.session) if latest else (None, None)
