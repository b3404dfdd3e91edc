"""Throw a draft away; what was returned for change cannot be thrown away, it is still a proposal."""

from sqlalchemy import delete, select

from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.joint import cancel_invitations, invitations_of
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.commands import DiscardDraft


async def discard_draft(command: DiscardDraft, work: Work) -> Done:
    """Delete one's own draft; raises NotFound for anybody else's."""
    found = (
        await work.tx.sql.execute(
            select(tables.draft).where(tables.draft.c.id == command.draft_id).with_for_update()
        )
    ).one_or_none()
    if found is None or found.author != work.actor.person:
        raise NotFound
    if found.returned_because is not None:
        raise WrongState("这是退回修改的提案，不能删除；请修改后重新提交")
    await cancel_invitations(await invitations_of(found.id, work), work, reason="草稿已删除")
    await work.tx.sql.execute(
        delete(review_tables.attachment).where(review_tables.attachment.c.proposal_id == found.id)
    )
    await work.tx.sql.execute(delete(tables.draft).where(tables.draft.c.id == command.draft_id))
    return Done(id=command.draft_id, version=found.revision)
