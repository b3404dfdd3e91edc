"""Give a consultation its outcome."""

from sqlalchemy import select

from chassis.problems import WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.process import require_outcome
from services.consultation.teams import took_part
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import ConcludeProcess, Document, ProcessConcluded
from tongxin_contracts.message import Done
from tongxin_contracts.words import ProcessState, StepOutcome, TaskKind


async def conclude_process(command: ConcludeProcess, work: Work) -> Done:
    """Write it down when the last step is done; raises WrongState before that."""
    process = await work.load(tables.process, command.process_id)
    process.expect(command.expected_version)
    if process["state"] != ProcessState.TO_CONCLUDE.value:
        raise WrongState("流程还没有走完，走完最后一步才能形成结果")
    require_outcome(command.outcome, consensus=process["consensus"])
    template = await edition(work, process["template_id"], process["edition"])
    table = tables.document
    rows = await work.tx.sql.execute(
        select(table.c.kind, table.c.filename, table.c.digest)
        .where(table.c.process_id == process.id)
        .order_by(table.c.run, table.c.added_at)
    )
    process.change(
        state=ProcessState.CONCLUDED.value,
        outcome=command.outcome.value,
        summary=command.summary,
        concluded_at=work.now,
    )
    process.state(
        ProcessConcluded(
            process_id=process.id,
            title=process["title"],
            template_name=template.name,
            topic_id=process["topic_id"],
            proposal_id=process["proposal_id"],
            outcome=command.outcome,
            summary=command.summary,
            consensus=process["consensus"] is not False,
            rating=StepOutcome.of(process["rating"]) if process["rating"] else None,
            documents=tuple(
                Document(kind=row.kind, filename=row.filename, digest=row.digest) for row in rows
            ),
            place=process["place"],
            took_part=await took_part(process, work),
        )
    )
    process.note("conclude_process", reason=command.outcome.label)
    await work.close_tasks(process.id, kinds=[TaskKind.CONCLUDE_PROCESS])
    return Done(id=process.id, version=process.version)
