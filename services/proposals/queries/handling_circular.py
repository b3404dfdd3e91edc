"""督查通报: where handling stood at the end of a period, unit by unit (row 57: every half-month).

Always holds: asked again later, a period that is over has the same numbers, but for dates that were moved since.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CompoundSelect, exists, func, or_, select, union

from chassis.calendar import deadline_instant
from chassis.problems import Invalid
from chassis.work import Work
from services.proposals import tables
from services.proposals.handling_tables import UNDECIDED
from services.proposals.unit_people import unit_names
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_queries import CircularAnswer, HandlingCircular, UnitProgress
from tongxin_contracts.words import AllocationPart, AllocationState, ProposalState


async def handling_circular(query: HandlingCircular, work: Work) -> CircularAnswer:
    """Numbers of lead parts: this year's and those still open from before; three statements."""
    if query.until < query.since:
        raise Invalid(errors=[FieldProblem(field="until", message="截止日期应不早于开始日期。")])
    allocation, handling, proposal = tables.allocation, tables.handling, tables.proposal
    begin = deadline_instant(query.since - timedelta(days=1))
    year = deadline_instant(date(query.since.year, 1, 1) - timedelta(days=1))
    end = min(work.now, deadline_instant(query.until))
    sent, done = handling.c.dispatched_at, allocation.c.done_at
    is_done = done.is_not(None) & (done <= end)
    late = or_(
        ~is_done & (allocation.c.due_at < end) & ~exists().where(UNDECIDED),
        is_done & (done > allocation.c.due_at),
    )
    counted = (
        await work.tx.sql.execute(
            select(
                allocation.c.unit_id,
                func.count().label("dispatched"),
                func.count().filter(allocation.c.signed_at <= end).label("signed"),
                func.count().filter(is_done).label("replied"),
                func.count().filter(allocation.c.extended).label("extended"),
                func.count().filter(late).label("overdue"),
                func.count().filter(sent > begin).label("dispatched_in_period"),
                func.count().filter(is_done & (done > begin)).label("replied_in_period"),
            )
            .join(handling, handling.c.id == allocation.c.handling_id)
            .where(allocation.c.id.in_(_reported(query.committee, year, begin)), sent <= end)
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
            dispatched_in_period=row.dispatched_in_period,
            replied_in_period=row.replied_in_period,
        )
        for row in counted
    ]
    returned = await work.tx.sql.scalar(
        select(func.count()).where(
            allocation.c.committee == query.committee, allocation.c.state == AllocationState.RETURNED
        )
    )
    filed = (proposal.c.committee == query.committee, proposal.c.state == ProposalState.FILED)
    waiting = await work.tx.sql.scalar(
        select(
            select(func.count()).where(*filed, ~proposal.c.handled).scalar_subquery()
            + select(func.count())
            .join_from(handling, proposal, proposal.c.id == handling.c.proposal_id)
            .where(handling.c.committee == query.committee, handling.c.dispatched_at.is_(None), *filed)
            .scalar_subquery()
        )
    )
    return CircularAnswer(
        since=query.since,
        until=query.until,
        units=sorted(units, key=lambda unit: (-unit.overdue, unit.replied - unit.dispatched, unit.unit)),
        returned=returned or 0,
        waiting=waiting or 0,
    )


def _reported(committee: str, year: datetime, begin: datetime) -> CompoundSelect[UUID]:
    """Lead parts that a circular counts: three short ranges of an index each, instead of all there ever were."""
    allocation, handling = tables.allocation, tables.handling
    led = select(allocation.c.id).where(
        allocation.c.committee == committee,
        allocation.c.part == AllocationPart.LEAD,
        allocation.c.state != AllocationState.REPLACED,
    )
    return union(
        led.join(handling, handling.c.id == allocation.c.handling_id).where(
            handling.c.committee == committee, handling.c.dispatched_at > year
        ),
        led.where(allocation.c.done_at.is_(None)),
        led.where(allocation.c.done_at > begin),
    )
