"""核稿: somebody who did not write it reads it, passes it on to be signed, or sends it back."""

from chassis.problems import Invalid
from chassis.work import Work
from services.proposals.handlings import load_case, own_part
from services.proposals.replies import move, require_stage
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.replies import require_other_checker
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_commands import CheckReply
from tongxin_contracts.words import AllocationPart, ReplyStage, UnitDuty


async def check_reply(command: CheckReply, work: Work) -> Done:
    """Pass it or send it back with remarks; raises Refused for one's own draft."""
    case = await load_case(work, command.proposal_id)
    await own_part(case, work, UnitDuty.CHECKER, AllocationPart.LEAD)
    case.step(HandlingStep.REPLY)
    row = await require_stage(case, work, ReplyStage.CHECKING)
    require_other_checker(row.drafted_by, work.actor.person)
    if not command.passed and not command.remarks:
        raise Invalid(errors=[FieldProblem(field="remarks", message="退回时请写明要改什么。")])
    stage = ReplyStage.SIGNING if command.passed else ReplyStage.DRAFTING
    await move(case, work, stage, checked_by=work.actor.person, remarks=command.remarks or None)
    case.handling.note("pass_reply" if command.passed else "send_back_reply", reason=command.remarks or None)
    return Done(id=case.id, version=case.handling.version)
