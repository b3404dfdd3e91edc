"""Promises of replies, the one due first on top."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, or_, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.proposals import feedback_tables, tables
from services.proposals.unit_people import units_of
from tongxin_contracts.permissions import Role, Scope
from tongxin_contracts.proposals.feedback_queries import CommitmentPage, CommitmentRow, Commitments
from tongxin_contracts.words import CommitmentState, UnitDuty

_OPEN = (CommitmentState.OPEN, CommitmentState.DUE, CommitmentState.REPORTED)


async def commitments(query: Commitments, work: Work) -> CommitmentPage:
    """A page: all of the committee's for its office, a unit's own for its people, a member's on own proposals."""
    columns = feedback_tables.commitment.c
    wanted: list[ColumnElement[bool]] = [columns.committee == query.committee]
    if work.scope is Scope.OWN:
        proposal = tables.proposal.c
        wanted.append(
            or_(
                columns.unit_id.in_(await units_of(work)),
                proposal.first_proposer == work.actor.person,
                any_(proposal.co_proposers) == work.actor.person,
            )
        )
    if query.commitment_id:
        wanted.append(columns.id == query.commitment_id)
    elif query.open_only:
        wanted.append(columns.state.in_(_OPEN))
    if query.after:
        due, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        wanted.append(tuple_(columns.due_at, columns.id) > (due, id_))
    rows = await commitment_rows(work, *wanted, limit=query.limit + 1)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return CommitmentPage(
        commitments=shown,
        next=write_cursor(shown[-1].due_at.isoformat(), shown[-1].commitment_id) if more else None,
    )


async def commitment_rows(work: Work, *wanted: ColumnElement[bool], limit: int) -> list[CommitmentRow]:
    """Promises as lists show them, with what the reader may do about each."""
    commitment, proposal, unit = feedback_tables.commitment, tables.proposal, tables.unit
    found = await work.tx.sql.execute(
        select(commitment, proposal.c.title, proposal.c.number, unit.c.short_name.label("unit_name"))
        .add_columns(proposal.c.first_proposer, proposal.c.co_proposers)
        .join(proposal, proposal.c.id == commitment.c.proposal_id)
        .outerjoin(unit, unit.c.id == commitment.c.unit_id)
        .where(*wanted)
        .order_by(commitment.c.due_at, commitment.c.id)
        .limit(limit)
    )
    mine = await units_of(work, [UnitDuty.HANDLER])
    return [_row(row, mine, work) for row in found]


def _row(row: Any, mine: set[UUID], work: Work) -> CommitmentRow:
    reported = row.state == CommitmentState.REPORTED
    heard = row.agrees is not None or (row.settle_from is not None and work.now > row.settle_from)
    return CommitmentRow(
        commitment_id=row.id,
        handling_id=row.handling_id,
        proposal_id=row.proposal_id,
        number=row.number,
        title=row.title,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        suggestion=row.suggestion,
        reply_class=row.reply_class,
        promise=row.promise,
        due_on=row.due_on,
        due_at=row.due_at,
        state=row.state,
        postponed=row.postponed,
        done=row.done,
        evidence=row.evidence,
        reported_at=row.reported_at,
        agrees=row.agrees,
        comment=row.comment,
        settle_from=row.settle_from,
        reason=row.reason,
        settled_at=row.settled_at,
        mine_to_report=row.unit_id in mine and row.state in (CommitmentState.DUE, CommitmentState.REPORTED),
        mine_to_comment=reported and work.actor.person in (row.first_proposer, *row.co_proposers),
        mine_to_settle=reported and heard and Role.PROPOSALS_OFFICE in work.actor.roles,
    )
