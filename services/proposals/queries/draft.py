"""One's own draft."""

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.hints import followed
from services.proposals.joint import attachment_rows, draft_digest, invitation_row
from tongxin_contracts.proposals.queries import Draft, DraftAnswer
from tongxin_contracts.words import InvitationState


async def draft(query: Draft, work: Work) -> DraftAnswer:
    """The draft as last saved; raises NotFound for anybody else's."""
    found = (
        await work.tx.sql.execute(select(tables.draft).where(tables.draft.c.id == query.draft_id))
    ).one_or_none()
    if found is None or found.author != work.actor.person:
        raise NotFound
    invitation = review_tables.invitation
    invited = await work.tx.sql.execute(
        select(invitation)
        .where(invitation.c.draft_id == found.id, invitation.c.state != InvitationState.CANCELLED)
        .order_by(invitation.c.place)
    )
    digest = await draft_digest(found, work)
    return DraftAnswer(
        draft_id=found.id,
        revision=found.revision,
        saved_at=found.saved_at,
        title=found.title,
        facts=found.facts,
        analysis=found.analysis,
        suggestions=list(found.suggestions),
        category=found.category,
        returned_because=found.returned_because,
        invitations=[invitation_row(row, digest) for row in invited],
        attachments=await attachment_rows(found.id, work),
        hint=await followed(found.hint_id, work),
    )
