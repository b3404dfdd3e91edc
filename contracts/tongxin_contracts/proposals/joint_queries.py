"""What one can ask about writing together: an invitation with its text, files."""

from datetime import datetime
from uuid import UUID

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, CommitteeCode, Query
from tongxin_contracts.words import Category, InvitationState


class InvitationRow(Answer):
    """Somebody asked to be a co-proposer, as the first proposer's form shows it."""

    invitation_id: Public[UUID]
    draft_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    person: Internal[UUID]
    state: Public[InvitationState]
    outdated: Internal[bool]
    """Confirmed, but the text has changed since: must be asked again."""
    invited_at: Internal[datetime]
    answered_at: Internal[datetime | None]


class AttachmentRow(Answer):
    """A file in a list."""

    attachment_id: Public[UUID]
    filename: Internal[str]
    media_type: Public[str]
    size: Public[int]
    """Bytes."""


class InvitationAnswer(Answer):
    """An invitation and the draft as it is saved now, to be read and confirmed or not."""

    invitation_id: Public[UUID]
    draft_id: Public[UUID]
    committee: Public[CommitteeCode]
    state: Public[InvitationState]
    mine_to_answer: Internal[bool]
    outdated: Internal[bool]
    first_proposer: Internal[UUID]
    person: Internal[UUID]
    invited_at: Internal[datetime]
    answered_at: Internal[datetime | None]
    handed_in: Public[bool]
    """The proposal is handed in; its own page shows it now."""
    revision: Internal[int]
    title: Internal[str]
    facts: Internal[str]
    analysis: Internal[str]
    suggestions: Internal[list[str]]
    category: Internal[Category | None]
    co_proposers: Internal[list[UUID]]
    """Who has confirmed already."""
    attachments: Internal[list[AttachmentRow]]


class Invitation(Query, service="proposals", answer=InvitationAnswer):
    """One invitation, for the person invited and for the first proposer."""

    invitation_id: UUID


class AttachmentAnswer(Answer):
    """A file to fetch: it lies under its digest for 24 hours."""

    attachment_id: Public[UUID]
    filename: Internal[str]
    media_type: Public[str]
    size: Public[int]
    file: Internal[str]


class Attachment(Query, service="proposals", answer=AttachmentAnswer):
    """A file of a draft or proposal, for whoever sees that whole."""

    proposal_id: UUID
    attachment_id: UUID
