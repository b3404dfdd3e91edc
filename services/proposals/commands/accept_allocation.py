"""A unit's liaison says it is theirs."""

from chassis.problems import WrongState
from chassis.work import Work
from services.proposals.handlings import change_part, load_case, own_part
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import AcceptAllocation
from tongxin_contracts.proposals.handling_events import AllocationAccepted
from tongxin_contracts.words import AllocationState, TaskKind, UnitDuty


async def accept_allocation(command: AcceptAllocation, work: Work) -> Done:
    """Accept it; raises WrongState for what waits for no answer of this unit."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.LIAISON)
    if part["state"] != AllocationState.PROPOSED:
        raise WrongState(f"现在是“{AllocationState.of(part['state']).label}”，不需要再确认")
    await change_part(part, work, state=AllocationState.ACCEPTED)
    case.handling.state(
        AllocationAccepted(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
        )
    )
    case.handling.note("accept_allocation", reason=case.name(part["unit_id"]))
    await work.close_tasks(part["id"], kinds=[TaskKind.CONFIRM_ALLOCATION])
    return Done(id=case.id, version=case.handling.version)
