"""Keep a reply as written so far; limits are checked when it goes to the checker, so nothing typed is lost."""

from sqlalchemy.dialects.postgresql import insert

from chassis.problems import WrongState
from chassis.work import Work
from services.proposals.handling_tables import REPLY_STAGES, reply
from services.proposals.handlings import load_case, own_part
from services.proposals.replies import reply_id, reply_of
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import DraftReply
from tongxin_contracts.words import AllocationPart, ReplyStage, UnitDuty


async def draft_reply(command: DraftReply, work: Work) -> Done:
    """Save the draft; raises WrongState while it is checked or signed. A draft states nothing."""
    case = await load_case(work, command.proposal_id)
    await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.WORK)
    found = await reply_of(case, work)
    if found is not None and found.stage != ReplyStage.DRAFTING:
        raise WrongState(f"答复现在是“{REPLY_STAGES[found.stage].label}”，不能修改；请先请核稿人或签发人退回")
    statement = insert(reply).values(
        id=reply_id(case),
        committee=case.handling["committee"],
        handling_id=case.id,
        round=case.round,
        stage=ReplyStage.DRAFTING,
        opening=command.opening,
        lines=[line.model_dump(mode="json") for line in command.lines],
        closing=command.closing,
        drafted_by=work.actor.person,
    )
    changed = ("opening", "lines", "closing", "drafted_by")
    await work.tx.sql.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in changed}
        )
    )
    if found is None:
        case.handling.note("begin_reply")
    return Done(id=case.id, version=case.handling.version)
