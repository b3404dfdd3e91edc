"""Pages of review: the desk, the scheme by which it works, the list of what was not filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from tongxin_contracts.permissions import ROLES
from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.queries import ProposalAnswer, ProposalSummary
from tongxin_contracts.proposals.review_queries import (
    NotFiledPage,
    ProposalReviewAnswer,
    ReviewSchemeAnswer,
    ReviewSchemeRow,
    SimilarProposal,
)

from .frame import View
from .proposals import TimelineEntry

SEAT_LABELS: Mapping[str, str] = {value: role.label for value, role in ROLES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDeskView(View):
    """`/review`: the queue and the proposal in hand. Query: `proposal`, `after`, `like`. Hint: `proposal`.

    POST `action` = `file` | `return` | `decline` | `merge` | `convert` | `note`, with `proposal_id`,
    `expected_version`, `next`, `disputed` (`yes`); `reason` for `return`; `ground` for `decline`; `into` for `merge`;
    `target` for `convert`; `explanation` for these three; `note` for a note. Afterwards redirect (303) to the next.
    POST to `/review/many`: `items` (`id:version`, repeated), `outcome`, `ground`, `reason`.
    """

    template: ClassVar[str] = "review_desk.html"
    queue: Sequence[ProposalSummary]
    """What waits in the viewer's rounds, the one due first on top."""
    waiting: int = 0
    """How many wait altogether."""
    more: str | None = None
    """Cursor of the next page of the queue."""
    current: ProposalAnswer | None = None
    """The one in hand; None when the queue is empty."""
    review: ProposalReviewAnswer | None = None
    """Its rounds; None for a proposal of one's own."""
    similar: Sequence[SimilarProposal] = ()
    like: str = ""
    """What similar ones were searched by."""
    next: UUID | None = None
    """The one that comes up after a decision."""
    timeline: tuple[TimelineEntry, ...] = ()
    problem: Problem | None = None
    """Why the last decision was not taken; what was typed comes back in `typed`."""
    action: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[UUID, str] = field(default_factory=dict)
    """Of many at once, those that could not be decided, with the reason."""
    said: str = ""
    """What became of the others."""
    seats: Mapping[str, str] = field(default_factory=lambda: SEAT_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSchemeView(View):
    """`/review/scheme`: how the committee reviews. POST `action` = `preview` | `adopt`, `scheme` (JSON), `source`."""

    template: ClassVar[str] = "review_scheme.html"
    answer: ReviewSchemeAnswer
    text: str
    """The JSON being edited."""
    source: str = ""
    preview: ReviewSchemeRow | None = None
    """What the JSON says, readable; None while it says nothing that can be worked by."""
    problem: Problem | None = None
    may_adopt: bool = False
    seats: Mapping[str, str] = field(default_factory=lambda: SEAT_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFiledView(View):
    """`/review/not-filed`: the list with grounds. Query: `term`, `session`, `after`."""

    template: ClassVar[str] = "not_filed.html"
    page: NotFiledPage
