"""What proposals can be asked to tell."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import PAGE_SIZE, Answer, CommitteeCode, HistoryEntry, Query
from tongxin_contracts.words import Category, ConvertTarget, Ground, ProposalKind, ProposalState

from .calls import TopicHint
from .commands import DraftText
from .joint_queries import AttachmentRow, InvitationRow


class ProposalSummary(Answer):
    """A proposal in a list."""

    proposal_id: Public[UUID]
    committee: Public[CommitteeCode]
    number: Public[str | None]
    title: Public[str]
    category: Public[Category]
    kind: Public[ProposalKind]
    state: Public[ProposalState]
    first_proposer: Internal[UUID]
    submitted_at: Public[datetime]
    review_due_at: Internal[datetime | None]
    version: Internal[int]
    round_name: Internal[str | None] = None
    """The round of review that has it, or had it last."""
    disputed: Internal[bool] = False


class DraftSummary(Answer):
    """A draft in its author's list."""

    draft_id: UUID
    title: str
    revision: int
    saved_at: datetime
    returned: bool
    """True where a proposal was given back for change."""


class MyProposalsAnswer(Answer):
    """Everything one person writes or wrote."""

    drafts: list[DraftSummary]
    proposals: list[ProposalSummary]
    """One's own and those one is a co-proposer of."""
    invitations: list[InvitationRow] = Field(default_factory=list)
    """Invitations to others' drafts that wait for one's answer."""


class MyProposals(Query, service="proposals", answer=MyProposalsAnswer):
    """One's own drafts and proposals, the newest first, at most 100 of each."""


class DraftAnswer(Answer):
    """A draft as it was last saved."""

    draft_id: UUID
    revision: int
    saved_at: datetime
    title: DraftText
    facts: DraftText
    analysis: DraftText
    suggestions: list[DraftText]
    category: Category | None
    returned_because: str | None
    """What the office wants changed, None for a first draft."""
    invitations: list[InvitationRow] = Field(default_factory=list)
    attachments: list[AttachmentRow] = Field(default_factory=list)
    hint: TopicHint | None = None
    """The topic of a call that it follows."""


class Draft(Query, service="proposals", answer=DraftAnswer):
    """One's own draft."""

    draft_id: UUID


class ProposalAnswer(Answer):
    """A proposal whole, with its history."""

    proposal_id: Public[UUID]
    committee: Public[CommitteeCode]
    version: Internal[int]
    number: Public[str | None]
    state: Public[ProposalState]
    kind: Public[ProposalKind]
    category: Public[Category]
    title: Public[str]
    facts: Internal[str]
    analysis: Internal[str]
    suggestions: Public[list[str]]
    first_proposer: Internal[UUID]
    co_proposers: Internal[list[UUID]]
    submitted_at: Public[datetime]
    review_due_at: Internal[datetime | None]
    decided_at: Public[datetime | None]
    ground: Public[Ground | None]
    explanation: Internal[str | None]
    attachments: Internal[list[AttachmentRow]] = Field(default_factory=list)
    """Empty for a reader who does not see it whole."""
    merged_into: Public[UUID | None] = None
    converted_to: Public[ConvertTarget | None] = None
    round_name: Internal[str | None] = None
    """The round of review that has it, or had it last."""
    hint: Public[TopicHint | None] = None
    """The topic of a call that it follows."""
    history: Internal[list[HistoryEntry]]
    history_intact: Internal[bool]
    """Whether the hash chain of the history holds."""


class Proposal(Query, service="proposals", answer=ProposalAnswer):
    """One proposal: the author's at any time, the office's own committee's, from above those filed and later."""

    proposal_id: UUID


class ProposalPage(Answer):
    """A page of a list."""

    proposals: list[ProposalSummary]
    next: str | None


class ReviewDeskPage(ProposalPage):
    """A page of the desk, and how many wait on it altogether."""

    waiting: int = 0


class ReviewDesk(Query, service="proposals", answer=ReviewDeskPage):
    """What waits in the rounds the actor sits in, the one due first on top."""

    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class Proposals(Query, service="proposals", answer=ProposalPage):
    """What is filed in a committee, the newest number first."""

    category: Category | None = None
    search: str = Field(default="", max_length=50)
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)
