"""督查通报: where the handling of what was dispatched in a period stands, unit by unit (row 57: every half-month)."""

from datetime import timedelta

from sqlalchemy import exists, func, select

from chassis.calendar import deadline_instant
from chassis.problems import Invalid
from chassis.work import Work
from services.proposals import tables
from services.proposals.handling_tables import extension
from services.proposals.unit_people import unit_names
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_queries import CircularAnswer, HandlingCircular, UnitProgress
from tongxin_contracts.words import AllocationPart, AllocationState, ProposalState


async def handling_circular(query: HandlingCircular, work: Work) -> CircularAnswer:
    """Numbers of lead parts dispatched in the period, as they stand now; three statements."""
    if query.until < query.since:
        raise Invalid(errors=[FieldProblem(field="until", message="截止日期应不早于开始日期。")])
    allocation, handling, proposal = tables.allocation, tables.handling, tables.proposal
    undecided = exists().where(extension.c.allocation_id == allocation.c.id, extension.c.granted.is_(None))
    late = (allocation.c.done_at.is_(None) & (allocation.c.due_at < work.now) & ~undecided) | (
        allocation.c.done_at > allocation.c.due_at
    )
    counted = (
        await work.tx.sql.execute(
            select(
                allocation.c.unit_id,
                func.count().label("dispatched"),
                func.count(allocation.c.signed_at).label("signed"),
                func.count(allocation.c.done_at).label("replied"),
                func.count().filter(allocation.c.extended).label("extended"),
                func.count().filter(late).label("overdue"),
            )
            .join(handling, handling.c.id == allocation.c.handling_id)
            .where(
                handling.c.committee == query.committee,
                handling.c.dispatched_at > deadline_instant(query.since - timedelta(days=1)),
                handling.c.dispatched_at <= deadline_instant(query.until),
                allocation.c.part == AllocationPart.LEAD,
                allocation.c.state != AllocationState.REPLACED,
            )
            .group_by(allocation.c.unit_id)
        )
    ).all()
    names = await unit_names(work, {row.unit_id for row in counted})
    units = [
        UnitProgress(
            unit_id=row.unit_id,
            unit=names.get(row.unit_id, "承办单位"),
            dispatched=row.dispatched,
            signed=row.signed,
            replied=row.replied,
            extended=row.extended,
            overdue=row.overdue,
        )
        for row in counted
    ]
    returned = await work.tx.sql.scalar(
        select(func.count()).where(
            allocation.c.committee == query.committee, allocation.c.state == AllocationState.RETURNED
        )
    )
    waiting = await work.tx.sql.scalar(
        select(func.count()).where(
            proposal.c.committee == query.committee,
            proposal.c.state == ProposalState.FILED,
            ~exists().where(handling.c.proposal_id == proposal.c.id, handling.c.dispatched_at.is_not(None)),
        )
    )
    return CircularAnswer(
        since=query.since,
        until=query.until,
        units=sorted(units, key=lambda unit: (-unit.overdue, unit.replied - unit.dispatched, unit.unit)),
        returned=returned or 0,
        waiting=waiting or 0,
    )
