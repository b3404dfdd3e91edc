"""Writing together: inviting co-proposers, confirming the text, attaching files, taking a proposal back."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.message import Answer, Command, Done, ShortText

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Filename = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FileDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of an upload, in hex, as the answer to `POST /api/v1/uploads` names it."""

ATTACHMENTS_MAX = 5
ATTACHMENT_BYTES = 5 * 1024 * 1024


class Invited(Answer):
    """Who has an invitation that waits now, whether new or asked again."""

    invitations: list[UUID]


class InviteCoProposers(Command, service="proposals", answer=Invited):
    """Ask serving members to put their names under one's draft as it is saved now.

    Somebody who confirmed an earlier text, declined or was taken off is asked again; whoever is still asked is not
    asked twice.
    """

    draft_id: UUID
    persons: list[UUID] = Field(min_length=1, max_length=10)


class AnswerInvitation(Command, service="proposals", answer=Done):
    """Confirm a text as one's own, or decline; only the person who was invited may."""

    invitation_id: UUID
    accept: bool
    revision: int = Field(ge=0)
    """The revision that was read: what is confirmed is what was seen."""


class CancelInvitation(Command, service="proposals", answer=Done):
    """Take an invitation back, or a confirmed co-proposer off the draft again."""

    invitation_id: UUID


class Attached(Answer):
    """A file belongs to the draft."""

    attachment_id: UUID
    filename: str
    media_type: str
    size: int


class AttachFile(Command, service="proposals", answer=Attached):
    """Attach an uploaded file: pdf, docx, xlsx, jpg or png by content, at most 5 of at most 5 MB each."""

    draft_id: UUID
    attachment_id: UUID
    """Made by the caller: the same one sent again attaches once."""
    file: FileDigest
    filename: Filename


class RemoveAttachment(Command, service="proposals", answer=Done):
    """Take a file off one's draft again."""

    draft_id: UUID
    attachment_id: UUID


class WithdrawProposal(Command, service="proposals", answer=Done):
    """撤回: the first proposer takes a proposal back that is not decided yet."""

    proposal_id: UUID
    expected_version: int
    reason: ShortText
