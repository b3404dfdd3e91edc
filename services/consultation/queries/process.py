"""One process whole, a document of it, and the units it could be given to."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from chassis import history
from chassis.problems import NotFound
from chassis.work import Aggregate, Work
from services.consultation import tables
from services.consultation.going import PROCESS_STATES, STANDING_IN, doers, may_do
from services.consultation.queries.processes import is_mine
from services.consultation.rules.process import still_waiting
from services.consultation.teams import team_of
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import (
    DocumentFile,
    DocumentFileAnswer,
    DocumentRow,
    Process,
    ProcessAnswer,
    ProcessUnits,
    StepRun,
    UnitRow,
    UnitsToName,
)
from tongxin_contracts.permissions import Scope
from tongxin_contracts.words import Entry, ProcessOutcome, ProcessState, StepOutcome


async def process(query: Process, work: Work) -> ProcessAnswer:
    """Read it; raises NotFound, also for somebody of a unit that has no part in it."""
    row = await _seen(query, work)
    as_aggregate = Aggregate(tables.process, dict(row._mapping), work)
    template = await edition(work, row.template_id, row.edition)
    runs = await _runs(row, work)
    may, on_behalf, named, waits = False, False, [], []
    if row.step is not None:
        step = template.step(row.step)
        may, on_behalf = await may_do(as_aggregate, step, work)
        named = await doers(as_aggregate, step, work)
        there = [document.kind for document in runs[-1].documents]
        waits = still_waiting(step, there, surveyed=row.surveyed)
    elif row.state == ProcessState.TO_CONCLUDE.value:
        may = STANDING_IN in work.actor.roles
    past = await history.read(work.tx, row.id, hide=("summary",))
    return ProcessAnswer(
        process_id=row.id,
        version=row.version,
        title=row.title,
        matter=row.matter,
        state=PROCESS_STATES[row.state],
        template=template,
        edition=row.edition,
        topic_id=row.topic_id,
        proposal_id=row.proposal_id,
        unit_id=row.unit_id,
        unit_name=await work.tx.sql.scalar(select(tables.unit.c.name).where(tables.unit.c.id == row.unit_id)),
        proposers=list(row.proposers),
        step=row.step,
        due_at=row.due_at,
        may_act=may and work.actor.committee == query.committee,
        on_behalf=on_behalf,
        waits_for=waits,
        doers=named,
        runs=runs,
        started_at=row.started_at,
        consensus=row.consensus,
        rating=StepOutcome.of(row.rating) if row.rating else None,
        outcome=ProcessOutcome.of(row.outcome) if row.outcome else None,
        summary=row.summary,
        concluded_at=row.concluded_at,
        entry=Entry.of(row.entry) if row.entry else None,
        party=row.party,
        place=row.place,
        venue=row.venue,
        team=await team_of(row.id, work),
        may_set_team=row.concluded_at is None
        and STANDING_IN in work.actor.roles
        and work.actor.committee == query.committee,
        history=past.entries,
        history_intact=past.intact,
    )


async def document_file(query: DocumentFile, work: Work) -> DocumentFileAnswer:
    """The file's digest, its content fetchable for a day."""
    await _seen(query, work)
    table = tables.document
    found = (
        await work.tx.sql.execute(
            select(table).where(table.c.id == query.document_id, table.c.process_id == query.process_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    work.keep_file(found.content)
    return DocumentFileAnswer(
        document_id=found.id,
        filename=found.filename,
        media_type=found.media_type,
        size=found.size,
        file=found.digest,
    )


async def process_units(query: ProcessUnits, work: Work) -> UnitsToName:
    """Those that work, by name."""
    table = tables.unit
    rows = await work.tx.sql.execute(
        select(table.c.id, table.c.name)
        .where(table.c.committee == query.committee, table.c.active.is_(True))
        .order_by(table.c.name)
    )
    return UnitsToName(units=[UnitRow(unit_id=row.id, name=row.name) for row in rows])


async def _seen(query: Process | DocumentFile, work: Work) -> Any:
    table = tables.process
    seen = (table.c.id == query.process_id) & (table.c.committee == query.committee)
    if work.scope is Scope.OWN:
        seen &= is_mine(work.actor.person)
    row = (await work.tx.sql.execute(select(table).where(seen))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def _runs(row: Any, work: Work) -> list[StepRun]:
    run, document = tables.step_run, tables.document
    files: dict[int, list[DocumentRow]] = defaultdict(list)
    columns = [column for column in document.c if column.name != "content"]
    for one in await work.tx.sql.execute(
        select(*columns).where(document.c.process_id == row.id).order_by(document.c.added_at)
    ):
        files[one.run].append(
            DocumentRow(
                document_id=one.id,
                step=one.step,
                kind=one.kind,
                filename=one.filename,
                media_type=one.media_type,
                size=one.size,
                digest=one.digest,
                added_at=one.added_at,
            )
        )
    found = await work.tx.sql.execute(select(run).where(run.c.process_id == row.id).order_by(run.c.run))
    return [
        StepRun(
            step=one.step,
            run=one.run,
            began_at=one.began_at,
            due_at=one.due_at,
            done_at=one.done_at,
            done_by=one.done_by,
            on_behalf=one.on_behalf,
            outcome=StepOutcome.of(one.outcome) if one.outcome else None,
            entries=one.entries,
            documents=files[one.run],
        )
        for one in found
    ]
