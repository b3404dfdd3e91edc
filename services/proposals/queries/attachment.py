"""A file of a draft or proposal: put where the portal can fetch it, for whoever sees the proposal whole."""

from typing import Any

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.queries.proposal import may_see_whole
from tongxin_contracts.proposals.joint_queries import Attachment, AttachmentAnswer
from tongxin_contracts.words import InvitationState


async def attachment(query: Attachment, work: Work) -> AttachmentAnswer:
    """The file's digest, its content fetchable for a day; raises NotFound for who may not see it."""
    table = review_tables.attachment
    found = (
        await work.tx.sql.execute(
            select(table).where(table.c.id == query.attachment_id, table.c.proposal_id == query.proposal_id)
        )
    ).one_or_none()
    if found is None or not await _may_see(query, work):
        raise NotFound
    work.keep_file(found.content)
    return AttachmentAnswer(
        attachment_id=found.id,
        filename=found.filename,
        media_type=found.media_type,
        size=found.size,
        file=found.digest,
    )


async def _may_see(query: Attachment, work: Work) -> bool:
    proposal = await _one(tables.proposal, query, work)
    if proposal is not None and may_see_whole(proposal, work):
        return True
    draft = await _one(tables.draft, query, work)
    return draft is not None and (draft.author == work.actor.person or await _is_asked(query, work))


async def _one(table: Any, query: Attachment, work: Work) -> Any:
    return (await work.tx.sql.execute(select(table).where(table.c.id == query.proposal_id))).one_or_none()


async def _is_asked(query: Attachment, work: Work) -> bool:
    """Whoever is asked to sign the draft reads its files too."""
    table = review_tables.invitation
    asked = await work.tx.sql.scalar(
        select(table.c.id).where(
            table.c.draft_id == query.proposal_id,
            table.c.person == work.actor.person,
            table.c.state.in_((InvitationState.INVITED, InvitationState.ACCEPTED)),
        )
    )
    return asked is not None
