"""Name the handling unit of a process."""

from chassis.problems import WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.commands.start_process import require_unit
from services.consultation.going import reopen_tasks
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import AssignUnit, UnitAssigned
from tongxin_contracts.consultation.templates import StepActor
from tongxin_contracts.message import Done


async def assign_unit(command: AssignUnit, work: Work) -> Done:
    """A step of the unit that is under way goes to it at once."""
    process = await work.load(tables.process, command.process_id)
    if process["step"] is None:
        raise WrongState("流程已经走完，不能再指定承办单位")
    name = await require_unit(command.unit_id, work)
    process.change(unit_id=command.unit_id)
    step = (await edition(work, process["template_id"], process["edition"])).step(process["step"])
    if step.who is StepActor.UNIT:
        await reopen_tasks(process, step, work)
    process.state(UnitAssigned(process_id=process.id, unit_id=command.unit_id, unit_name=name))
    process.note("assign_unit", reason=name)
    return Done(id=process.id, version=process.version)
