"""Reviewing in rounds: the scheme, what else a round can decide, many at once, notes among reviewers.

The plain decisions (`FileProposal`, `ReturnProposal`, `DeclineProposal`) stand in `commands.py`. In a round before the
last one every decision is what that round recommends; the answer then says which round has it next.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.message import PAGE_SIZE, Answer, Command, Done, LongText, ShortText
from tongxin_contracts.words import ConvertTarget, Ground, ReviewOutcome

from .commands import Decided


class ReviewSchemeAdoptedAnswer(Answer):
    """The scheme by which what is handed in from now on is reviewed."""

    id: UUID
    rule_version: str


class AdoptReviewScheme(Command, service="proposals", answer=ReviewSchemeAdoptedAnswer):
    """Put a review scheme in force; it touches only what is handed in later."""

    scheme_id: UUID
    scheme: dict[str, object]
    """As its JSON file has it: code, version, name, rounds, grounds."""
    source: ShortText
    """The document and article it follows."""


class MergeProposal(Command, service="proposals", answer=Decided):
    """并案: into another proposal of the committee that is in review or filed; all its authors are kept there."""

    proposal_id: UUID
    expected_version: int
    into: UUID
    explanation: LongText = ""
    disputed: bool = False


class ConvertProposal(Command, service="proposals", answer=Decided):
    """转为社情民意信息或意见建议: worth passing on, but no proposal."""

    proposal_id: UUID
    expected_version: int
    target: ConvertTarget
    explanation: LongText = ""
    disputed: bool = False


class BulkItem(BaseModel):
    """One proposal of many, at the version that was read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    proposal_id: UUID
    expected_version: int


class BulkResult(Answer):
    """What became of one of many."""

    proposal_id: UUID
    version: int | None
    """Its version now; None where it was not touched."""
    number: str | None = None
    next_round: str | None = None
    problem: str | None = None
    """Why it was not taken; None when it was."""


class BulkReviewed(Answer):
    """One result for each item, in their order."""

    results: list[BulkResult]


class ReviewInBulk(Command, service="proposals", answer=BulkReviewed):
    """Decide many alike; one that cannot be decided stops none of the others."""

    items: list[BulkItem] = Field(min_length=1, max_length=PAGE_SIZE)
    outcome: Literal[ReviewOutcome.FILE, ReviewOutcome.RETURN, ReviewOutcome.NOT_FILE]
    ground: Ground | None = None
    reason: LongText = ""
    disputed: bool = False


class AddReviewNote(Command, service="proposals", answer=Done):
    """A remark from reviewer to reviewer; proposers never see it."""

    proposal_id: UUID
    note_id: UUID
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
