"""What the office has to dispatch, or watches: one list by state, in keyset pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, literal, literal_column, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.proposals import tables
from services.proposals.handling_tables import UNDECIDED
from services.proposals.queries.parts import rows_shown
from tongxin_contracts.proposals.handling_queries import DispatchDesk, HandlingPage
from tongxin_contracts.words import AllocationState, HandlingState, ProposalState

_FAR: Any = literal_column("timestamptz '9999-01-01 00:00:00+00'")
"""Where a handling without any date stands; written as the index `handling_desk` has it."""
_OPEN = (HandlingState.DISPATCHED, HandlingState.IN_HAND, HandlingState.REHANDLING)


async def dispatch_desk(query: DispatchDesk, work: Work) -> HandlingPage:
    """A page of what is filed and waits, or of the handlings in a state; the one due first on top."""
    waiting = query.state is None and not query.returned_only and not query.overdue_only
    statement, order, last = _waiting(query) if waiting else _handlings(query, work)
    proposal = tables.proposal
    if query.search:
        text = query.search.replace("\0", "")
        statement = statement.where(
            proposal.c.title.contains(text, autoescape=True)
            | proposal.c.number.contains(text, autoescape=True)
        )
    if query.after:
        place, id_ = read_cursor(query.after, int if waiting else datetime.fromisoformat, UUID)
        statement = statement.where(tuple_(order, last) > tuple_(literal(place), literal(id_)))
    rows = (
        await work.tx.sql.execute(
            statement.add_columns(order.label("place")).order_by(order, last).limit(query.limit + 1)
        )
    ).all()
    shown = rows[: query.limit]
    following = write_cursor(shown[-1].place, shown[-1].proposal_id) if len(rows) > query.limit else None
    return HandlingPage(rows=await rows_shown(shown, work), next=following)


def _waiting(query: DispatchDesk) -> tuple[Select[Any], Any, Any]:
    proposal = tables.proposal
    none = literal(None)
    statement = select(
        proposal.c.id.label("proposal_id"),
        none.label("handling_id"),
        none.label("version"),
        proposal.c.number,
        proposal.c.title,
        proposal.c.category,
        none.label("state"),
        none.label("object_by"),
        none.label("due_at"),
    ).where(
        proposal.c.committee == query.committee,
        proposal.c.state == literal_column(f"'{ProposalState.FILED.value}'"),
        ~proposal.c.handled,
    )
    return statement, proposal.c.serial, proposal.c.id


def _handlings(query: DispatchDesk, work: Work) -> tuple[Select[Any], Any, Any]:
    proposal, handling, allocation = tables.proposal, tables.handling, tables.allocation
    statement = select(
        proposal.c.id.label("proposal_id"),
        handling.c.id.label("handling_id"),
        handling.c.version,
        proposal.c.number,
        proposal.c.title,
        proposal.c.category,
        handling.c.state,
        handling.c.object_by,
        handling.c.due_at,
    ).join(handling, handling.c.proposal_id == proposal.c.id)
    statement = statement.where(handling.c.committee == query.committee)
    if query.state is not None:
        statement = statement.where(handling.c.state == query.state)
    if query.returned_only:
        statement = statement.where(
            exists().where(
                allocation.c.handling_id == handling.c.id, allocation.c.state == AllocationState.RETURNED
            )
        )
    if query.overdue_only:
        statement = statement.where(
            handling.c.state.in_(_OPEN),
            handling.c.due_at < work.now,
            ~exists().where(UNDECIDED),
        )
    order = func.coalesce(handling.c.due_at, handling.c.object_by, _FAR)
    return statement, order, handling.c.proposal_id
