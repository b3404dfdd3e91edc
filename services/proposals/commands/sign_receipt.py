"""签收: the unit has it in hand; the lead unit's signature sets the handling going."""

from chassis.problems import WrongState
from chassis.work import Work
from services.proposals.handlings import change_part, handling_task, load_case, own_part
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import SignReceipt
from tongxin_contracts.proposals.handling_events import DispatchSigned
from tongxin_contracts.words import AllocationPart, AllocationState, HandlingState, TaskKind, UnitDuty


async def sign_receipt(command: SignReceipt, work: Work) -> Done:
    """Sign for the unit; raises WrongState for what was not dispatched to it or is signed already."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.LIAISON)
    if part["state"] != AllocationState.DISPATCHED:
        raise WrongState(f"现在是“{AllocationState.of(part['state']).label}”，不需要签收")
    kind = AllocationPart.of(part["part"])
    if kind is AllocationPart.LEAD:
        case.handling.change(state=case.step(HandlingStep.SIGN))
    await change_part(
        part, work, state=AllocationState.SIGNED, signed_at=work.now, signed_by=work.actor.person
    )
    case.handling.state(
        DispatchSigned(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            part=kind,
        )
    )
    case.handling.note("sign_receipt", reason=case.name(part["unit_id"]))
    await work.close_tasks(part["id"], kinds=[TaskKind.SIGN_RECEIPT])
    if case.state in (HandlingState.DISPATCHED, HandlingState.IN_HAND):
        # A co-handler that signs after the reply has nothing left to say.
        await work.open_task(handling_task(case, part))
    return Done(id=case.id, version=case.handling.version)
