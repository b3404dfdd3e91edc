"""What proposals states after a reply: feedback, re-handling, promises, and the year's appraisal of lead units.

Always holds: until a window closes no event says what anybody answered; afterwards only counts go out, and whoever
did not answer is counted as such, never as satisfied.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Event, Visibility
from tongxin_contracts.words import AppraisalOutcome, FeedbackResult, ScoreSide


class FeedbackAsked(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="请提案人反馈"
):
    """The committee asks the proposers what they think of the reply; the unit asks nobody."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    """The lead unit, None where several units answered separately."""
    round: Public[int]
    closes_at: Public[datetime]
    asked: Internal[tuple[UUID, ...]]
    """The persons who are asked: first proposer, then the others."""


class FeedbackGiven(Event, service="proposals", aggregate="feedback"):
    """Somebody answered, or changed an answer; what it says is nobody's business before the window closes."""

    feedback_id: Public[UUID]
    proposal_id: Public[UUID]
    changed: Internal[bool]


class FeedbackCounts(BaseModel):
    """What was answered, as numbers; each group adds up to `asked`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    asked: Public[int] = 0
    no_answer: Public[int] = 0
    visited: Public[int] = 0
    """Of those who answered, those the unit talked with."""
    satisfied: Public[int] = 0
    understanding: Public[int] = 0
    dissatisfied: Public[int] = 0
    agree: Public[int] = 0
    understand: Public[int] = 0
    reserve: Public[int] = 0
    disagree: Public[int] = 0


class FeedbackClosed(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="反馈结束"
):
    """The window is closed: what was answered can be counted and seen."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    round: Public[int]
    counts: Public[FeedbackCounts]
    first_proposer: Internal[UUID]


class ReHandlingOrdered(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="要求重新办理"
):
    """重新办理: the proposer was not satisfied and the committee sends it back, once."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    reason: Internal[str]
    due_at: Public[datetime]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()


class HandlingClosed(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="办理办结"
):
    """办结; the result is what the first proposer said to it, also where that was no."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    round: Public[int]
    result: Public[FeedbackResult | None]
    """None: no answer."""
    reason: Internal[str] = ""
    first_proposer: Internal[UUID]
    again: Public[bool] = False
    """True when it closes after promises that had come due."""


class CommitmentDue(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="承诺事项到期"
):
    """A promise has come due; a closed handling is open again until it is settled."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    commitment_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    suggestion: Public[int]
    promise: Internal[str]
    due_on: Public[date]
    first_proposer: Internal[UUID]


class CommitmentReported(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="承诺事项进展"
):
    """The unit says what became of its promise."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    commitment_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    suggestion: Public[int]
    done: Internal[str]
    first_proposer: Internal[UUID]


class CommitmentCommented(Event, service="proposals", aggregate="handling"):
    """The proposer says a word on what the unit reported."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    commitment_id: Public[UUID]
    title: Public[str]


class CommitmentSettled(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="承诺事项了结"
):
    """核销: the committee found it kept, or not; a new date is given once at most."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    commitment_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID | None]
    suggestion: Public[int]
    kept: Public[bool]
    postponed_to: Public[date | None] = None
    reason: Internal[str] = ""
    first_proposer: Internal[UUID]


class AppraisalOpened(
    Event, service="proposals", aggregate="appraisal", visibility=Visibility.AGENCIES, label="办理评议开始"
):
    """双向评议: every unit that led a handling in the year is in it."""

    appraisal_id: Public[UUID]
    year: Public[int]
    scoring_until: Public[date]
    units: Public[tuple[UUID, ...]]


class ScoreGiven(Event, service="proposals", aggregate="score"):
    """Somebody scored a unit or a proposal, or changed it; the numbers stay here until the appraisal is published."""

    score_id: Public[UUID]
    appraisal_id: Public[UUID]
    side: Public[ScoreSide]


class ScoringClosed(Event, service="proposals", aggregate="appraisal"):
    """Scores are counted; the standing committee votes next."""

    appraisal_id: Public[UUID]
    year: Public[int]
    units: Internal[int]


class AppraisalVoted(Event, service="proposals", aggregate="appraisal"):
    """The standing committee voted on the result."""

    appraisal_id: Public[UUID]
    year: Public[int]
    in_favour: Internal[int]
    against: Internal[int]
    abstained: Internal[int]
    carried: Internal[bool]


class UnitAppraised(BaseModel):
    """One unit's place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    unit_id: Public[UUID]
    name: Public[str]
    rank: Public[int]
    total: Public[str]
    """Out of 100, two decimals."""
    outcome: Public[AppraisalOutcome]


class AppraisalPublished(
    Event, service="proposals", aggregate="appraisal", visibility=Visibility.AGENCIES, label="办理评议公布"
):
    """The result is public: the first are praised, the last rectify by a date."""

    appraisal_id: Public[UUID]
    year: Public[int]
    units: Public[tuple[UnitAppraised, ...]]
    rectify_by: Public[datetime | None]


class RectificationAnswered(
    Event, service="proposals", aggregate="appraisal", visibility=Visibility.AGENCIES, label="整改答复"
):
    """A unit answered in writing what it has rectified."""

    appraisal_id: Public[UUID]
    year: Public[int]
    unit_id: Public[UUID]
    text: Internal[str]


class RectificationAccepted(
    Event, service="proposals", aggregate="appraisal", visibility=Visibility.AGENCIES, label="整改通过"
):
    """The committee accepts the rectification."""

    appraisal_id: Public[UUID]
    year: Public[int]
    unit_id: Public[UUID]
