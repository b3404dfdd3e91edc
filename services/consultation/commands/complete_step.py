"""End the step of a process that is under way."""

from datetime import date

from sqlalchemy import select

from chassis.calendar import working_days_between
from chassis.problems import Forbidden, WrongState
from chassis.work import Aggregate, Work
from services.consultation import tables
from services.consultation.going import end_run, go_on, may_do, take
from services.consultation.rules.process import Inputs, complete
from services.consultation.teams import counted, team_of
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import CompleteStep, StepCompleted
from tongxin_contracts.consultation.templates import Step, StepActor
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.plain_text import tidy
from tongxin_contracts.words import NeedKind, StepKind, StepOutcome

CONSENSUS = {StepOutcome.CONSENSUS: True, StepOutcome.NO_CONSENSUS: False}


async def complete_step(command: CompleteStep, work: Work) -> Done:
    """End it when nothing is missing; raises Forbidden for whoever does not do this step."""
    process = await work.load(tables.process, command.process_id)
    if process["step"] != command.step:
        raise WrongState("这一步已经办结或还没有轮到，请刷新页面")
    process.expect(command.expected_version)
    template = await edition(work, process["template_id"], process["edition"])
    step = template.step(command.step)
    may, on_behalf = await may_do(process, step, work)
    if not may:
        raise Forbidden(f"“{step.name}”由{step.who.label}办理")
    inputs = await _inputs(command, process, work)
    to = complete(
        template,
        step,
        command.outcome,
        inputs,
        surveyed=process["surveyed"],
        working_days=working_days_between,
    )
    await end_run(process, command.outcome, work, on_behalf=on_behalf, entries=_entries(command, step))
    process.change(steps_done=process["steps_done"] + 1)
    if step.kind is StepKind.SURVEY:
        process.change(surveyed=True)
    if command.outcome in CONSENSUS:
        process.change(consensus=CONSENSUS[command.outcome])
    if step.kind is StepKind.RATING:
        process.change(rating=command.outcome.value)
    if step.who is StepActor.MEMBER and Role.MEMBER in work.actor.roles and work.actor.person:
        await take(process, work.actor.person, work)
    follows = await go_on(process, template, to, work)
    process.state(
        StepCompleted(
            process_id=process.id,
            title=process["title"],
            proposal_id=process["proposal_id"],
            step=step.code,
            step_name=step.name,
            outcome=command.outcome,
            next=to,
            next_name=follows,
        )
    )
    said = f"{step.name}：{command.outcome.label}；接下来：{follows}"
    process.note("complete_step", reason=f"{said}（代录）" if on_behalf else said)
    return Done(id=process.id, version=process.version)


async def _inputs(command: CompleteStep, process: Aggregate, work: Work) -> Inputs:
    table = tables.document
    kinds = await work.tx.sql.scalars(
        select(table.c.kind).where(table.c.process_id == process.id, table.c.run == process["run"])
    )
    fixed, invited = counted(await team_of(process.id, work))
    return Inputs(
        fields=command.fields,
        documents=list(kinds),
        notice_on=command.notice_on,
        held_on=command.held_on,
        present=command.present,
        stakeholders=command.stakeholders,
        in_favour=command.in_favour,
        against=command.against,
        fixed=fixed,
        invited=invited,
    )


def _entries(command: CompleteStep, step: Step) -> dict[str, str]:
    """What is kept of what was given, by the names people see; what the step does not ask for is left out."""
    asked = [name for need in step.needs if need.kind is NeedKind.FIELDS for name in need.fields]
    kept = {name: tidy(command.fields[name]) for name in asked if name in command.fields}
    counted: dict[str, int | date | None] = {
        "通知日期": command.notice_on,
        "会议日期": command.held_on,
        "到会人数": command.present,
        "利益相关方人数": command.stakeholders,
        "赞成": command.in_favour,
        "反对": command.against,
    }
    kept |= {name: str(value) for name, value in counted.items() if value is not None}
    if note := tidy(command.note):
        kept["说明"] = note
    return kept
