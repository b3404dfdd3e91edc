"""Give a consultation its outcome."""

from chassis.problems import WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.outcomes import concluded
from services.consultation.rules.process import require_outcome
from tongxin_contracts.consultation.processes import ConcludeProcess
from tongxin_contracts.message import Done
from tongxin_contracts.words import ProcessState, TaskKind


async def conclude_process(command: ConcludeProcess, work: Work) -> Done:
    """Write it down when the last step is done; raises WrongState before that."""
    process = await work.load(tables.process, command.process_id)
    process.expect(command.expected_version)
    if process["state"] != ProcessState.TO_CONCLUDE.value:
        raise WrongState("流程还没有走完，走完最后一步才能形成结果")
    require_outcome(command.outcome, consensus=process["consensus"])
    process.change(
        state=ProcessState.CONCLUDED.value,
        outcome=command.outcome.value,
        summary=command.summary,
        concluded_at=work.now,
    )
    process.state(await concluded(process, work.tx))
    process.note("conclude_process", reason=command.outcome.label)
    await work.close_tasks(process.id, kinds=[TaskKind.CONCLUDE_PROCESS])
    return Done(id=process.id, version=process.version)
