"""Pages of proposals: write, read, list, review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from tongxin_contracts.members.queries import Colleague
from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.calls import CallRow, TopicHint
from tongxin_contracts.proposals.evidence import EvidenceAnswer
from tongxin_contracts.proposals.feedback_queries import FeedbackAnswer
from tongxin_contracts.proposals.handling_queries import HandlingAnswer
from tongxin_contracts.proposals.joint_queries import AttachmentRow, InvitationRow
from tongxin_contracts.proposals.queries import DraftSummary, ProposalAnswer, ProposalSummary
from tongxin_contracts.words import Category, Sector

from .frame import Tone, View


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened, in words."""

    at: datetime
    who: str
    """A name and what they are, or 系统."""
    what: str
    detail: str | None = None
    """A reason, or what changed."""
    tone: Tone = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What happens next, for this viewer."""

    title: str
    """「请修改后重新提交」."""
    detail: str
    due_at: datetime | None = None
    url: str | None = None
    """Where the viewer does it; None when it is somebody else's turn."""
    action: str | None = None
    """The words on the button."""
    who: str | None = None
    """Whose turn it is, when not the viewer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of the way from filing to the end."""

    label: str
    state: Literal["done", "current", "todo"]
    at: datetime | None = None
    """When it was done, as far as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFormView(View):
    """`/proposals/new` and `/proposals/{id}/edit`.

    POST `draft_id`, `revision`, `title`, `facts`, `analysis`, `suggestions` (repeated), `category`, and
    `action` = `submit` (save, then hand in) or `save` (without script). Autosave: PUT the edit path with JSON
    `{revision, title, facts, analysis, suggestions, category}` and headers `X-CSRF-Token`, `X-Command-Id`; answer
    `{revision, saved_at}` or a problem (409: somebody else saved meanwhile). A discarded draft: POST `action=discard`.
    """

    template: ClassVar[str] = "proposal_form.html"
    draft_id: UUID
    """For a new one a fresh id, made when the form opens."""
    revision: int = 0
    is_new: bool = True
    title: str = ""
    facts: str = ""
    analysis: str = ""
    suggestions: Sequence[str] = ()
    category: Category | None = None
    saved_at: datetime | None = None
    returned_because: str | None = None
    """What the office wants changed."""
    problem: Problem | None = None
    """Why it was not taken; its fields are `title`, `facts`, `analysis`, `suggestions`, `suggestions.0`, `category`."""
    title_max: int = 60
    text_max: int = 3000
    """For facts and for analysis, in visible characters."""
    suggestion_max: int = 500
    suggestions_max: int = 10
    calls: Sequence[CallRow] = ()
    """Open calls, on a new form only. POST `hint_id` to `/calls/write`."""
    hint: TopicHint | None = None
    """The topic of a call that the draft follows."""
    invitations: Sequence[InvitationRow] = ()
    """Everybody asked to sign. POST to `/proposals/{id}/together`: `action` = `invite` | `ask_again` with `persons`,
    `cancel` with `invitation_id`, `remove` with `attachment_id`."""
    attachments: Sequence[AttachmentRow] = ()
    """POST `file` to `/proposals/{id}/files`."""
    attachments_max: int = 5
    attachment_bytes: int = 5 * 1024 * 1024
    find: str = ""
    """What was searched for among colleagues, without script."""
    colleagues: Sequence[Colleague] = ()
    sectors: Mapping[str, str] = field(
        default_factory=lambda: {sector.value: sector.label for sector in Sector}
    )
    """Labels of sectors, for the picker: people of one name are told apart by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView(View):
    """`/proposals/{id}`: the proposal whole. Hint: `proposal`."""

    template: ClassVar[str] = "proposal.html"
    proposal: ProposalAnswer
    timeline: tuple[TimelineEntry, ...]
    """The newest first."""
    next_step: NextStep | None = None
    """None when nothing more happens."""
    may_withdraw: bool = False
    """POST `expected_version` and `reason` to `/proposals/{id}/withdraw`."""
    merged_into: ProposalAnswer | None = None
    """The proposal this one goes on in, where the viewer may see it."""
    feedback: FeedbackAnswer | None = None
    """What followed the reply; None where there is none or the reader may not know."""
    handling: HandlingAnswer | None = None
    """How it is handled; None where it is not, or the reader may not know."""
    evidence: EvidenceAnswer | None = None
    """What consultations on it came to; None where the reader may not know."""
    stages: tuple[Stage, ...] = ()
    """The way from filing to the end; only with `handling`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsView(View):
    """`/proposals`: `tab=mine` (own drafts and proposals) or `tab=filed` (the committee's).

    Query: `tab`, `category`, `search`, `after`. Hint: `proposal`.
    """

    template: ClassVar[str] = "proposals.html"
    tab: Literal["mine", "filed"]
    may_see_mine: bool
    may_see_filed: bool
    rows: Sequence[ProposalSummary] = ()
    drafts: Sequence[DraftSummary] = ()
    """Only on `mine`."""
    invitations: Sequence[InvitationRow] = ()
    """Others' drafts that wait for one's signature; only on `mine`."""
    category: Category | None = None
    search: str = ""
    next: str | None = None
