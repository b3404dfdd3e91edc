"""What the commands of writing together share: one's own draft, its files, and who was asked to sign it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.ids import derived_id
from chassis.problems import NotFound
from chassis.work import Aggregate, Work
from services.proposals import review_tables, tables
from services.proposals.rules.joint import Asked, text_digest
from services.proposals.rules.text import ProposalText
from tongxin_contracts.proposals.joint_queries import AttachmentRow, InvitationRow
from tongxin_contracts.proposals.review_events import InvitationCancelled
from tongxin_contracts.words import InvitationState

INVITATION_STATES = {state.value: state for state in InvitationState}
OPEN = (InvitationState.INVITED, InvitationState.ACCEPTED)
"""Invitations that stand."""


def invitation_id(draft_id: UUID, person: UUID) -> UUID:
    """One invitation for each draft and person, however often they are asked."""
    return derived_id("invitation", draft_id, person)


async def own_draft(draft_id: UUID, work: Work) -> Any:
    """One's own draft, locked; raises NotFound for anybody else's."""
    draft = (
        await work.tx.sql.execute(select(tables.draft).where(tables.draft.c.id == draft_id).with_for_update())
    ).one_or_none()
    if draft is None or draft.author != work.actor.person:
        raise NotFound
    return draft


async def draft_digest(draft: Any, work: Work) -> str:
    """The digest of a draft as it is saved now, its files included."""
    attachment = review_tables.attachment
    files = await work.tx.sql.scalars(select(attachment.c.digest).where(attachment.c.proposal_id == draft.id))
    text = ProposalText(draft.title, draft.facts, draft.analysis, tuple(draft.suggestions))
    return text_digest(text, tables.CATEGORIES.get(draft.category), files)


async def invitations_of(draft_id: UUID, work: Work) -> list[Aggregate]:
    """Everybody who was ever asked, locked, in the order their names will stand."""
    table = review_tables.invitation
    ids = await work.tx.sql.scalars(select(table.c.id).where(table.c.draft_id == draft_id))
    found = await work.load_many(table, list(ids))
    return sorted(found, key=lambda one: one["place"])


def as_asked(invitation: Aggregate) -> Asked:
    """An invitation as the rules see it."""
    return Asked(invitation["person"], INVITATION_STATES[invitation["state"]], invitation["text_digest"])


async def cancel_invitations(invitations: list[Aggregate], work: Work, *, reason: str) -> None:
    """Take back those that stand; nobody is asked any more."""
    standing = [one for one in invitations if one["state"] in OPEN]
    for one in standing:
        one.change(state=InvitationState.CANCELLED, text_digest=None)
        one.state(
            InvitationCancelled(
                invitation_id=one.id,
                draft_id=one["draft_id"],
                title=one["title"],
                first_proposer=one["first_proposer"],
                person=one["person"],
            )
        )
        one.note("cancel_invitation", reason=reason)
    if standing:
        await work.close_tasks([one.id for one in standing])


def invitation_row(row: Any, digest: str | None) -> InvitationRow:
    """An invitation in a list; `digest` is the draft's now, None where it does not matter."""
    return InvitationRow(
        invitation_id=row.id,
        draft_id=row.draft_id,
        title=row.title,
        first_proposer=row.first_proposer,
        person=row.person,
        state=row.state,
        outdated=row.state == InvitationState.ACCEPTED and digest is not None and row.text_digest != digest,
        invited_at=row.invited_at,
        answered_at=row.answered_at,
    )


async def attachment_rows(proposal_id: UUID, work: Work) -> list[AttachmentRow]:
    """The files of a draft or proposal, without their content."""
    table = review_tables.attachment
    found = await work.tx.sql.execute(
        select(table.c.id, table.c.filename, table.c.media_type, table.c.size)
        .where(table.c.proposal_id == proposal_id)
        .order_by(table.c.added_at, table.c.id)
    )
    return [
        AttachmentRow(attachment_id=row.id, filename=row.filename, media_type=row.media_type, size=row.size)
        for row in found
    ]
