"""How a process goes on: a step begins, whoever does it gets a task, and its deadline is set.

Always holds: at most one step of a process is under way; its tasks and its deadline are gone when it ends.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from chassis.calendar import CALENDAR_VERSION, add_working_days, deadline_instant, local_date
from chassis.deadlines import Deadline
from chassis.ids import derived_id
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.consultation import tables
from tongxin_contracts.consultation.templates import END, Step, StepActor, Template
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ProcessState, StepKind, StepOutcome, TaskKind

STEP_DUE: Final = "step_due"
PROCESS_STATES: Final = {state.value: state for state in ProcessState}
STANDS_IN_FOR: Final = frozenset({StepActor.MEMBER, StepActor.PROPOSER, StepActor.UNIT})
"""For whom the office may record what they did on paper (代录); never a rating."""
STANDING_IN: Final = Role.COMMITTEE_OFFICE
UNIT_ROLES: Final = (Role.UNIT_LIAISON, Role.UNIT_HANDLER, Role.UNIT_SIGNER)


def run_id(process_id: UUID, run: int) -> UUID:
    """One time that a step is under way; tasks and the deadline hang on it."""
    return derived_id("step_run", process_id, run)


def task_matter(process_id: UUID, run: int, person: UUID | None) -> UUID:
    """What a task is on: a run for a role, a run and a person where people are named."""
    return run_id(process_id, run) if person is None else derived_id("step_run", process_id, run, person)


async def begin(process: Aggregate, step: Step, work: Work) -> None:
    """Begin a step: its run, its tasks, its deadline."""
    number = process["run"] + 1
    due_at = None
    if step.days is not None:
        due_at = deadline_instant(add_working_days(local_date(work.now), step.days))
    process.change(step=step.code, run=number, due_at=due_at, state=ProcessState.RUNNING.value)
    await work.tx.sql.execute(
        insert(tables.step_run).values(
            id=run_id(process.id, number),
            committee=process["committee"],
            process_id=process.id,
            run=number,
            step=step.code,
            began_at=work.now,
            due_at=due_at,
            on_behalf=False,
            entries={},
        )
    )
    await work.open_tasks(_tasks(process, step, await doers(process, step, work)))
    if due_at is not None:
        await work.set_deadline(
            Deadline(
                matter=run_id(process.id, number),
                committee=process["committee"],
                kind=STEP_DUE,
                rule=f"“{step.name}”开始后 {step.days} 个工作日内完成",
                anchor=work.now,
                calendar_version=CALENDAR_VERSION,
                due_at=due_at,
            )
        )


async def reopen_tasks(process: Aggregate, step: Step, work: Work) -> None:
    """Give the tasks of the step under way to whoever has to do it now."""
    await close_tasks(process, work)
    await work.open_tasks(_tasks(process, step, await doers(process, step, work)))


def _tasks(process: Aggregate, step: Step, persons: Iterable[UUID]) -> list[Opened]:
    title = f"{step.name}：{process['title']}"
    common: dict[str, Any] = {
        "kind": TaskKind.DO_STEP,
        "title": title,
        "about": process.id,
        "due_at": process["due_at"],
    }
    named = [
        Opened(matter=task_matter(process.id, process["run"], person), person=person, **common)
        for person in persons
    ]
    if named:
        return named
    matter = task_matter(process.id, process["run"], None)
    if step.who is StepActor.UNIT and process["unit_id"] is not None:
        return [Opened(matter=matter, role=Role.UNIT_HANDLER.value, unit=process["unit_id"], **common)]
    # Without persons or a unit there is nobody but the office to ask: it records for them or names the unit.
    role = STANDING_IN if step.who in (StepActor.UNIT, StepActor.PROPOSER) else Role.of(step.who.value)
    return [Opened(matter=matter, role=role.value, **common)]


async def doers(process: Aggregate, step: Step, work: Work) -> list[UUID]:
    """Persons who have to do a step: those who brought the matter, those named, or the members who took it."""
    if step.who is StepActor.PROPOSER:
        return list(process["proposers"])
    table = tables.step_person
    taken = (step.code, TAKEN) if step.who is StepActor.MEMBER else (step.code,)
    rows = (
        await work.tx.sql.execute(
            select(table.c.step, table.c.person_id)
            .where(table.c.process_id == process.id, table.c.step.in_(taken))
            .order_by(table.c.person_id)
        )
    ).all()
    named = [row.person_id for row in rows if row.step == step.code]
    return named or [row.person_id for row in rows]


TAKEN: Final = "-taken"
"""In the place of a step: a member who did a step of the members goes on with what follows; no code of a step looks so."""


async def take(process: Aggregate, person: UUID, work: Work) -> None:
    """A member took the matter."""
    await work.tx.sql.execute(
        insert_or_not(tables.step_person)
        .values(process_id=process.id, step=TAKEN, person_id=person, committee=process["committee"])
        .on_conflict_do_nothing()
    )


async def may_do(process: Aggregate | Any, step: Step, work: Work) -> tuple[bool, bool]:
    """Whether the actor may end the step, and whether they would be standing in for somebody."""
    if await _is_theirs(process, step, work):
        return True, False
    stands_in = (
        STANDING_IN in work.actor.roles and step.who in STANDS_IN_FOR and step.kind is not StepKind.RATING
    )
    return stands_in, stands_in


async def _is_theirs(process: Aggregate | Any, step: Step, work: Work) -> bool:
    person = work.actor.person
    match step.who:
        case StepActor.PROPOSER:
            return person in process["proposers"]
        case StepActor.UNIT:
            if process["unit_id"] is None or not set(UNIT_ROLES) & set(work.actor.roles):
                return False
            post = tables.unit_post
            found = await work.tx.sql.scalar(
                select(post.c.person_id).where(
                    post.c.unit_id == process["unit_id"], post.c.person_id == person
                )
            )
            return found is not None
        case _:
            if Role.of(step.who.value) not in work.actor.roles:
                return False
            named = await doers(process, step, work)
            return not named or person in named


async def end_run(
    process: Aggregate, outcome: StepOutcome, work: Work, *, on_behalf: bool, entries: dict[str, str]
) -> None:
    """Write how the run under way ended; its tasks close and its deadline falls away."""
    await work.tx.sql.execute(
        update(tables.step_run)
        .where(tables.step_run.c.process_id == process.id, tables.step_run.c.run == process["run"])
        .values(
            done_at=work.now,
            done_by=work.actor.id,
            on_behalf=on_behalf,
            outcome=outcome.value,
            entries=entries,
        )
    )
    await work.cancel_deadlines(run_id(process.id, process["run"]))
    await close_tasks(process, work)


async def close_tasks(process: Aggregate, work: Work) -> None:
    """Nothing is to be done on the run under way any more."""
    people = select(tables.step_person.c.person_id).where(tables.step_person.c.process_id == process.id)
    persons = {*(await work.tx.sql.scalars(people)), *process["proposers"]}
    run = process["run"]
    matters = [task_matter(process.id, run, person) for person in (None, *persons)]
    await work.close_tasks(matters, kinds=[TaskKind.DO_STEP])


async def go_on(process: Aggregate, template: Template, to: str, work: Work) -> str:
    """Begin the step that follows, or ask for the outcome; the name of what follows."""
    if to != END:
        step = template.step(to)
        await begin(process, step, work)
        return step.name
    process.change(step=None, due_at=None, state=ProcessState.TO_CONCLUDE.value)
    await work.open_task(
        Opened(
            kind=TaskKind.CONCLUDE_PROCESS,
            matter=process.id,
            title=process["title"],
            role=STANDING_IN.value,
        )
    )
    return ProcessState.TO_CONCLUDE.label
