"""The signer sends the reply back instead of signing it."""

from chassis.work import Work
from services.proposals.handlings import load_case, own_part
from services.proposals.replies import move, require_stage
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import ReturnToDrafting
from tongxin_contracts.words import AllocationPart, ReplyStage, UnitDuty


async def return_to_drafting(command: ReturnToDrafting, work: Work) -> Done:
    """Back to whoever wrote it, with what is to be changed."""
    case = await load_case(work, command.proposal_id)
    await own_part(case, work, UnitDuty.SIGNER, AllocationPart.LEAD)
    case.step(HandlingStep.REPLY)
    await require_stage(case, work, ReplyStage.SIGNING)
    await move(case, work, ReplyStage.DRAFTING, remarks=command.remarks)
    case.handling.note("send_back_reply", reason=command.remarks)
    return Done(id=case.id, version=case.handling.version)
