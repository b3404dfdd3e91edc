"""What proposals can be asked to do after a reply: feedback, re-handling, promises, appraisal."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.message import Command, Done, LongText
from tongxin_contracts.words import AppraisalItem, Attitude, FeedbackResult, Heard, ReplyFit, Visited

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Mark = Annotated[int, Field(ge=1, le=5)]
"""5 very good, 1 bad."""


class GiveFeedback(Command, service="proposals", answer=Done):
    """A proposer answers the five questions on a reply; can be changed until the window closes."""

    proposal_id: UUID
    visited: Visited
    attitude: Attitude
    heard: Heard
    fit: ReplyFit
    result: FeedbackResult
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class OrderRehandling(Command, service="proposals", answer=Done):
    """重新办理: send it back to the lead unit, once, with a month's time."""

    proposal_id: UUID
    reason: Reason


class CloseHandling(Command, service="proposals", answer=Done):
    """Close it although the proposer was not satisfied, with a reason."""

    proposal_id: UUID
    reason: Reason


class ReportCommitment(Command, service="proposals", answer=Done):
    """The lead unit reports what became of a promise that is due, with evidence."""

    commitment_id: UUID
    done: Statement
    evidence: Statement
    """Numbers, places, document numbers: what somebody can check."""


class CommentCommitment(Command, service="proposals", answer=Done):
    """The proposer says a word on what the unit reported."""

    commitment_id: UUID
    agrees: bool
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class SettleCommitment(Command, service="proposals", answer=Done):
    """核销: the office finds a promise kept, or not, then with a new date once at most."""

    commitment_id: UUID
    kept: bool
    new_date: date | None = None
    reason: LongText = ""


class ItemWeight(BaseModel):
    """What one item counts of 100."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    item: AppraisalItem
    weight: Annotated[int, Field(ge=1, le=100)]


class OpenAppraisal(Command, service="proposals", answer=Done):
    """Open the appraisal of a year's lead units, with items and weights as the committee's document has them."""

    appraisal_id: UUID
    year: Annotated[int, Field(ge=2000, le=2999)]
    items: list[ItemWeight] = Field(min_length=1, max_length=len(AppraisalItem))
    scoring_until: date
    rectify_days: Annotated[int, Field(ge=5, le=250)] = 30
    """Working days the last two have after publication."""
    praised: Annotated[int, Field(ge=0, le=20)] = 5
    rectifying: Annotated[int, Field(ge=0, le=10)] = 2
    source: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    """The document it stands in."""


class ScoreUnit(Command, service="proposals", answer=Done):
    """A proposer scores the unit that led the handling of the own proposal; can be changed until scoring closes."""

    appraisal_id: UUID
    proposal_id: UUID
    leadership: Mark
    consultation: Mark
    adoption: Mark
    effect: Mark


class ScoreProposal(Command, service="proposals", answer=Done):
    """A lead unit scores a proposal it handled; can be changed until scoring closes."""

    appraisal_id: UUID
    proposal_id: UUID
    accuracy: Mark
    foresight: Mark
    practicability: Mark
    soundness: Mark


class CloseScoring(Command, service="proposals", answer=Done):
    """Count the scores: every lead unit gets a total and a rank."""

    appraisal_id: UUID


class RecordVote(Command, service="proposals", answer=Done):
    """The standing committee's vote on the result; without a majority in favour it is not published."""

    appraisal_id: UUID
    in_favour: Annotated[int, Field(ge=0, le=1000)]
    against: Annotated[int, Field(ge=0, le=1000)]
    abstained: Annotated[int, Field(ge=0, le=1000)] = 0


class PublishAppraisal(Command, service="proposals", answer=Done):
    """Make the result known: praise the first, give the last a task with a date."""

    appraisal_id: UUID


class AnswerRectification(Command, service="proposals", answer=Done):
    """A unit's signer answers in writing what was rectified."""

    appraisal_id: UUID
    text: Statement


class AcceptRectification(Command, service="proposals", answer=Done):
    """The office accepts a unit's rectification."""

    appraisal_id: UUID
    unit_id: UUID
