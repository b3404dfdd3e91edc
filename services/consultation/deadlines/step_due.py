"""A step's working days have passed: a rating that nobody gave is unrated, anything else is overdue."""

from sqlalchemy import select

from chassis.deadlines import Deadline
from chassis.work import Work
from services.consultation import tables
from services.consultation.going import end_run, go_on
from services.consultation.rules.process import after_silence
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import StepCompleted, StepOverdue
from tongxin_contracts.consultation.templates import END


async def on_step_due(deadline: Deadline, work: Work) -> None:
    """Say that it is overdue, or take silence for what it is; a run that ended meanwhile is let be."""
    table = tables.step_run
    run = (
        await work.tx.sql.execute(
            select(table.c.process_id, table.c.run, table.c.step).where(
                table.c.id == deadline.matter, table.c.done_at.is_(None)
            )
        )
    ).one_or_none()
    if run is None:
        return
    process = await work.load(tables.process, run.process_id)
    if process["run"] != run.run or process["step"] != run.step:
        return
    template = await edition(work, process["template_id"], process["edition"])
    step = template.step(run.step)
    outcome = after_silence(step)
    if outcome is None:
        process.state(
            StepOverdue(
                process_id=process.id,
                title=process["title"],
                proposal_id=process["proposal_id"],
                step=step.code,
                step_name=step.name,
                due_at=deadline.due_at,
            )
        )
        process.note("step_overdue", reason=f"“{step.name}”超过期限")
        return
    await end_run(process, outcome, work, on_behalf=False, entries={})
    process.change(rating=outcome.value)
    follows = await go_on(process, template, END, work)
    process.state(
        StepCompleted(
            process_id=process.id,
            title=process["title"],
            proposal_id=process["proposal_id"],
            step=step.code,
            step_name=step.name,
            outcome=outcome,
            next=END,
            next_name=follows,
        )
    )
    process.note("step_unrated", reason=f"“{step.name}”逾期无人评价，记为未评价，不算满意")
