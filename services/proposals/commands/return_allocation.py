"""A unit says it is not theirs, within the working days allowed; the office answers in the days its rules say."""

from datetime import timedelta

from chassis.calendar import deadline_instant
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals.handlings import change_part, load_case, own_part, rules_of, today
from services.proposals.rules.dispatch import may_return
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.unit_people import unit_names
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import ReturnAllocation
from tongxin_contracts.proposals.handling_events import AllocationReturned
from tongxin_contracts.words import AllocationState, TaskKind, UnitDuty


async def return_allocation(command: ReturnAllocation, work: Work) -> Done:
    """Return it with a reason; raises Refused after the days allowed."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.LIAISON)
    case.step(HandlingStep.REALLOCATE)
    may_return(AllocationState.of(part["state"]), case.handling["object_by"], work.now)
    rules = await rules_of(work, case.handling["committee"])
    answer_by = deadline_instant(today(work) + timedelta(days=rules.answer_days))
    reason = await _reason(command, work)
    await change_part(part, work, state=AllocationState.RETURNED, return_reason=reason)
    case.handling.state(
        AllocationReturned(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            reason=reason,
            answer_by=answer_by,
        )
    )
    case.handling.note("return_allocation", reason=f"{case.name(part['unit_id'])}：{reason}")
    await work.close_tasks(part["id"], kinds=[TaskKind.CONFIRM_ALLOCATION])
    await work.open_task(
        Opened(
            kind=TaskKind.RESOLVE_RETURN,
            matter=part["id"],
            about=command.proposal_id,
            title=case.proposal.title,
            role=Role.PROPOSALS_OFFICE.value,
            due_at=answer_by,
        )
    )
    return Done(id=case.id, version=case.handling.version)


async def _reason(command: ReturnAllocation, work: Work) -> str:
    if command.suggested_unit is None:
        return command.reason
    names = await unit_names(work, [command.suggested_unit])
    name = names.get(command.suggested_unit)
    return f"{command.reason}（建议由{name}承办）" if name else command.reason
