"""The invited member confirms the text that was read, or declines; the first proposer is told."""

from typing import Any

from sqlalchemy import select

from chassis.problems import NotFound, VersionClash, WrongState
from chassis.work import Aggregate, Work
from services.proposals import review_tables, tables
from services.proposals.joint import draft_digest
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.joint_commands import AnswerInvitation
from tongxin_contracts.proposals.review_events import InvitationAnswered
from tongxin_contracts.words import InvitationState


async def answer_invitation(command: AnswerInvitation, work: Work) -> Done:
    """Answer it; raises VersionClash when the text was changed after it was read."""
    invitation, draft = await _asked(command, work)
    if invitation["state"] != InvitationState.INVITED:
        raise WrongState("这份邀请已经答复或取消，不用再处理")
    if command.accept and draft.revision != command.revision:
        raise VersionClash("第一提案人刚刚改过文本，请重新阅读后再确认")
    digest = await draft_digest(draft, work) if command.accept else None
    invitation.change(
        state=InvitationState.ACCEPTED if command.accept else InvitationState.DECLINED,
        text_digest=digest,
        answered_at=work.now,
    )
    invitation.state(
        InvitationAnswered(
            invitation_id=invitation.id,
            draft_id=invitation["draft_id"],
            title=invitation["title"],
            first_proposer=invitation["first_proposer"],
            person=invitation["person"],
            accepted=command.accept,
        )
    )
    invitation.note("answer_invitation", reason="确认联名" if command.accept else "不参加联名")
    await work.close_tasks(invitation.id)
    return Done(id=invitation.id, version=invitation.version)


async def _asked(command: AnswerInvitation, work: Work) -> tuple[Aggregate, Any]:
    """The invitation and its draft; the draft is locked first, as whoever invites and hands in does."""
    table = review_tables.invitation
    row = (
        await work.tx.sql.execute(
            select(table.c.draft_id, table.c.person).where(table.c.id == command.invitation_id)
        )
    ).one_or_none()
    if row is None or row.person != work.actor.person:
        raise NotFound
    draft = (
        await work.tx.sql.execute(
            select(tables.draft).where(tables.draft.c.id == row.draft_id).with_for_update()
        )
    ).one_or_none()
    if draft is None:
        raise WrongState("这份草稿已经提交或删除，不能再答复")
    return await work.load(table, command.invitation_id), draft
