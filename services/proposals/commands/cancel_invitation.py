"""The first proposer takes an invitation back, or takes somebody off the draft who had confirmed."""

from sqlalchemy import select

from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals import review_tables
from services.proposals.joint import OPEN, cancel_invitations, own_draft
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.joint_commands import CancelInvitation


async def cancel_invitation(command: CancelInvitation, work: Work) -> Done:
    """Cancel it; raises NotFound for another's draft, WrongState for what does not stand any more."""
    table = review_tables.invitation
    draft_id = await work.tx.sql.scalar(select(table.c.draft_id).where(table.c.id == command.invitation_id))
    if draft_id is None:
        raise NotFound
    await own_draft(draft_id, work)
    invitation = await work.load(table, command.invitation_id)
    if invitation["state"] not in OPEN:
        raise WrongState("这份邀请已经取消，或对方没有同意，不用再取消")
    await cancel_invitations([invitation], work, reason="第一提案人取消邀请")
    return Done(id=invitation.id, version=invitation.version)
