"""What reviewers can ask: the scheme in force, how one proposal stands in its rounds, what is like it, what was not filed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import PAGE_SIZE, Answer, Query
from tongxin_contracts.words import (
    Category,
    ConvertTarget,
    Ground,
    ProposalState,
    ReviewOutcome,
    RoundTakes,
)


class RoundRow(Answer):
    """One round as a page shows it."""

    name: Public[str]
    seats: Public[list[str]]
    """Roles that sit in it."""
    takes: Public[RoundTakes]
    outcomes: Public[list[ReviewOutcome]]
    final: Public[list[ReviewOutcome]]
    """Outcomes that take effect in this round although others follow."""


class ReviewSchemeRow(Answer):
    """A scheme, readable and as data."""

    code: Public[str]
    version: Public[str]
    name: Public[str]
    rounds: Public[list[RoundRow]]
    grounds: Public[list[Ground]]
    data: Public[dict[str, Any]]


class ReviewSchemeAnswer(Answer):
    """What is in force, and what comes with the system."""

    current: Public[ReviewSchemeRow]
    scheme_id: Public[UUID | None]
    """None while the committee has adopted none: then its office reviews in one round."""
    source: Public[str | None]
    adopted_at: Public[datetime | None]
    bundled: Public[list[ReviewSchemeRow]]
    preview: Public[ReviewSchemeRow | None] = None
    """What the text handed along says; None where it says nothing that can be worked by."""
    preview_problem: Public[str | None] = None
    """What to mend in it."""


class ReviewScheme(Query, service="proposals", answer=ReviewSchemeAnswer):
    """The review scheme in force."""

    preview: str | None = Field(default=None, max_length=20_000)
    """A scheme's JSON as text, to be read before it is adopted; nothing is kept of it."""


class Recommendation(Answer):
    """What one round said about one proposal."""

    round: Internal[int]
    round_name: Internal[str]
    person: Internal[UUID]
    at: Internal[datetime]
    outcome: Internal[ReviewOutcome]
    ground: Internal[Ground | None]
    reason: Internal[str]
    disputed: Internal[bool]
    into: Internal[UUID | None]
    into_title: Internal[str | None]
    target: Internal[ConvertTarget | None]
    submission: Internal[int]
    """1 for what was said of the first text handed in, 2 after a return."""


class ReviewNote(Answer):
    """A remark among reviewers."""

    person: Internal[UUID]
    at: Internal[datetime]
    note: Internal[str]


class ProposalReviewAnswer(Answer):
    """Where a proposal stands in its review; for reviewers only."""

    proposal_id: Public[UUID]
    version: Internal[int]
    state: Public[ProposalState]
    rule_version: Public[str]
    scheme_name: Public[str]
    rounds: Public[list[RoundRow]]
    round: Public[int]
    """Index of the round that has it, or had it last."""
    disputed: Internal[bool]
    submission: Internal[int]
    grounds: Public[list[Ground]]
    may_decide: Internal[bool]
    """The reader's role sits in this round, and the proposal is not the reader's own."""
    is_last: Public[bool]
    recommendations: Internal[list[Recommendation]]
    """The earliest first."""
    notes: Internal[list[ReviewNote]]


class ProposalReview(Query, service="proposals", answer=ProposalReviewAnswer):
    """One proposal's rounds, recommendations and notes."""

    proposal_id: UUID


class SimilarProposal(Answer):
    """A proposal that another one could be merged into."""

    proposal_id: Public[UUID]
    title: Internal[str]
    number: Public[str | None]
    state: Public[ProposalState]
    category: Public[Category]
    first_proposer: Internal[UUID]


class SimilarProposalsAnswer(Answer):
    """At most 10, the likest first."""

    proposals: list[SimilarProposal]


class SimilarProposals(Query, service="proposals", answer=SimilarProposalsAnswer):
    """Proposals in review or filed whose titles are like this one's, or contain what was typed."""

    proposal_id: UUID
    search: str = Field(default="", max_length=50)


class NotFiledRow(Answer):
    """One that was not filed, and why."""

    proposal_id: Public[UUID]
    title: Internal[str]
    category: Public[Category]
    first_proposer: Internal[UUID]
    co_proposers: Internal[list[UUID]]
    ground: Public[Ground]
    explanation: Internal[str | None]
    decided_at: Public[datetime]
    rule_version: Public[str | None]


class NotFiledPage(Answer):
    """A page of the list, and how many there are on each ground."""

    term: Public[int | None]
    session: Public[int | None]
    proposals: list[NotFiledRow]
    by_ground: Public[dict[Ground, int]]
    next: str | None


class NotFiled(Query, service="proposals", answer=NotFiledPage):
    """What was not filed in a session, with the grounds; the committee's latest session when none is named."""

    term: int | None = Field(default=None, ge=1, le=99)
    session: int | None = Field(default=None, ge=1, le=9)
    after: str | None = None
    limit: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE)
