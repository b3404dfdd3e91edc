"""送核: the draft goes to the checker, if it has everything a checker would miss."""

from typing import Any

from sqlalchemy import func, select

from chassis.work import Work
from services.proposals.handling_tables import talk
from services.proposals.handlings import Case, load_case, own_part, today
from services.proposals.replies import lines_of, move, require_stage
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.replies import check_reply, require_opinions, require_talk
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import SubmitReply
from tongxin_contracts.words import AllocationPart, AllocationState, ReplyStage, UnitDuty


async def submit_reply(command: SubmitReply, work: Work) -> Done:
    """Give it to the checker; raises Refused without a talk in this round or with a co-handler's opinion still to come."""
    case = await load_case(work, command.proposal_id)
    await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.REPLY)
    row = await require_stage(case, work, ReplyStage.DRAFTING)
    talks = await work.tx.sql.scalar(
        select(func.count()).where(talk.c.handling_id == case.id, talk.c.round == case.round)
    )
    require_talk(talks or 0)
    require_opinions([case.name(part["unit_id"]) for part in _still_to_come(case, work)])
    check_reply(lines_of(row), len(case.proposal.suggestions), today(work))
    await move(case, work, ReplyStage.CHECKING, remarks=None, drafted_by=work.actor.person)
    case.handling.note("submit_reply")
    return Done(id=case.id, version=case.handling.version)


def _still_to_come(case: Case, work: Work) -> list[dict[str, Any]]:
    """Parts of units beside the lead that have given nothing and still have time; in a second round nobody is asked again."""
    return [
        part
        for part in case.parts
        if case.round == 1
        and part["part"] != AllocationPart.LEAD
        and part["state"] == AllocationState.SIGNED
        and part["done_at"] is None
        and work.now <= part["due_at"]
    ]
