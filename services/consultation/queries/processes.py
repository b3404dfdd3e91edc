"""The committee's processes, the newest first, and how they were rated."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.consultation import tables
from services.consultation.going import PROCESS_STATES
from tongxin_contracts.consultation.processes import Processes, ProcessPage, ProcessRow, RatingCounts
from tongxin_contracts.consultation.templates import Template
from tongxin_contracts.permissions import Scope
from tongxin_contracts.words import ProcessOutcome, StepOutcome


def is_mine(person: UUID | None) -> ColumnElement[bool]:
    """Brought by this person, given to them, or to a unit they work in."""
    process, named, post = tables.process, tables.step_person, tables.unit_post
    return or_(
        process.c.proposers.any(person),
        exists().where(named.c.process_id == process.c.id, named.c.person_id == person),
        exists().where(post.c.unit_id == process.c.unit_id, post.c.person_id == person),
    )


async def processes(query: Processes, work: Work) -> ProcessPage:
    """A page; somebody of a unit sees their own."""
    process, edition = tables.process, tables.template_edition
    seen = process.c.committee == query.committee
    if query.mine or work.scope is Scope.OWN:
        seen &= is_mine(work.actor.person)
    wanted = seen
    if query.state is not None:
        wanted &= process.c.state == query.state.value
    if query.after:
        place = read_cursor(query.after, datetime.fromisoformat, UUID)
        wanted &= tuple_(process.c.started_at, process.c.id) < place
    rows = (
        await work.tx.sql.execute(
            select(process, edition.c.data)
            .join(
                edition,
                (edition.c.template_id == process.c.template_id) & (edition.c.edition == process.c.edition),
            )
            .where(wanted)
            .order_by(process.c.started_at.desc(), process.c.id.desc())
            .limit(query.limit + 1)
        )
    ).all()
    page = rows[: query.limit]
    more = write_cursor(page[-1].started_at.isoformat(), page[-1].id) if len(rows) > query.limit else None
    return ProcessPage(processes=[_row(row) for row in page], next=more, ratings=await _ratings(seen, work))


def _row(row: Any) -> ProcessRow:
    template = Template.model_validate(row.data)
    return ProcessRow(
        process_id=row.id,
        title=row.title,
        template_name=template.name,
        state=PROCESS_STATES[row.state],
        step_name=template.step(row.step).name if row.step else None,
        steps_done=row.steps_done,
        due_at=row.due_at,
        started_at=row.started_at,
        proposal_id=row.proposal_id,
        topic_id=row.topic_id,
        outcome=ProcessOutcome.of(row.outcome) if row.outcome else None,
        rating=StepOutcome.of(row.rating) if row.rating else None,
    )


async def _ratings(seen: ColumnElement[bool], work: Work) -> RatingCounts:
    table = tables.process
    rows = await work.tx.sql.execute(
        select(table.c.rating, func.count().label("n"))
        .where(seen, table.c.rating.is_not(None))
        .group_by(table.c.rating)
    )
    counts = {row.rating: row.n for row in rows}
    return RatingCounts(
        asked=sum(counts.values()),
        satisfied=counts.get(StepOutcome.SATISFIED.value, 0),
        dissatisfied=counts.get(StepOutcome.DISSATISFIED.value, 0),
        unrated=counts.get(StepOutcome.UNRATED.value, 0),
    )
