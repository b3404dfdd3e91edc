"""Keep a reply as written so far; limits are checked when it goes to the checker, so nothing typed is lost.

Several handlers of a unit may write it: a save on a revision that is not the last one changes nothing.
"""

from sqlalchemy.dialects.postgresql import insert

from chassis.problems import VersionClash, WrongState
from chassis.work import Work
from services.proposals.handling_tables import REPLY_STAGES, reply
from services.proposals.handlings import load_case, own_part
from services.proposals.replies import reply_id, reply_of
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.proposals.handling_commands import DraftReply, ReplyDrafted
from tongxin_contracts.words import AllocationPart, ReplyStage, UnitDuty


async def draft_reply(command: DraftReply, work: Work) -> ReplyDrafted:
    """Save the draft; raises WrongState while it is checked or signed, VersionClash. A draft states nothing."""
    case = await load_case(work, command.proposal_id)
    await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.WORK)
    found = await reply_of(case, work)
    if found is not None and found.stage != ReplyStage.DRAFTING:
        raise WrongState(f"答复现在是“{REPLY_STAGES[found.stage].label}”，不能修改；请先请核稿人或签发人退回")
    before = found.revision if found else 0
    if command.revision is not None and command.revision != before:
        raise VersionClash(
            "您打开之后有同事（或您在另一个窗口）保存过这份答复；两份内容都已保留，请比对后再保存"
        )
    statement = insert(reply).values(
        id=reply_id(case),
        committee=case.handling["committee"],
        handling_id=case.id,
        round=case.round,
        stage=ReplyStage.DRAFTING,
        revision=before + 1,
        opening=command.opening,
        lines=[line.model_dump(mode="json") for line in command.lines],
        closing=command.closing,
        drafted_by=work.actor.person,
    )
    changed = ("revision", "opening", "lines", "closing", "drafted_by")
    await work.tx.sql.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in changed}
        )
    )
    if found is None:
        case.handling.note("begin_reply")
    return ReplyDrafted(id=case.id, version=case.handling.version, revision=before + 1)
