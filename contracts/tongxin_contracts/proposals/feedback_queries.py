"""What proposals can be asked to tell after a reply: feedback, promises, rates, appraisal."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.message import PAGE_SIZE, Answer, Query
from tongxin_contracts.proposals.feedback_commands import ItemWeight
from tongxin_contracts.proposals.feedback_events import FeedbackCounts
from tongxin_contracts.words import (
    AppraisalOutcome,
    AppraisalState,
    Attitude,
    CommitmentState,
    FeedbackResult,
    HandlingState,
    Heard,
    ReplyClass,
    ReplyFit,
    ScoreSide,
    Visited,
)


class OneFeedback(Answer):
    """What one person answered."""

    person_id: UUID | None
    """None where the reader may not know who."""
    visited: Visited
    attitude: Attitude
    heard: Heard
    fit: ReplyFit
    result: FeedbackResult
    words: str
    given_at: datetime


class FeedbackRound(Answer):
    """One window: before it closes only how many answered, and one's own answer."""

    round: int
    asked_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    asked: int
    answered: int | None
    """None for readers who learn nothing before the window closes."""
    counts: FeedbackCounts | None
    """None until the window is closed."""
    answers: list[OneFeedback]
    """For the office, after closing; empty for everybody else."""
    mine: OneFeedback | None
    asked_me: bool


class CommitmentRow(Answer):
    """A promise as lists show it."""

    commitment_id: UUID
    handling_id: UUID
    proposal_id: UUID
    number: str | None
    title: str
    unit_id: UUID | None
    unit_name: str | None
    suggestion: int
    reply_class: ReplyClass
    promise: str
    due_on: date
    due_at: datetime
    state: CommitmentState
    postponed: bool
    done: str | None
    evidence: str | None
    reported_at: datetime | None
    agrees: bool | None
    """What the proposer says to the report, None while nothing was said."""
    comment: str | None
    settle_from: datetime | None
    """From when the office may settle it although the proposer has said nothing."""
    reason: str | None
    settled_at: datetime | None
    mine_to_report: bool = False
    mine_to_comment: bool = False
    mine_to_settle: bool = False


class UnitMarks(Answer):
    """What a unit gave the proposal in a published appraisal: one to five for each item."""

    year: int
    unit_name: str
    marks: list[int]
    """问题准确性, 分析前瞻性, 建议可操作性, 科学可行性."""


class FeedbackAnswer(Answer):
    """What followed the replies to one proposal."""

    proposal_id: UUID
    handling_id: UUID
    title: str
    number: str | None
    state: HandlingState
    unit_id: UUID | None
    unit_name: str | None
    rounds: list[FeedbackRound]
    """The latest first."""
    commitments: list[CommitmentRow]
    may_decide: bool
    """Whether the reader may decide on re-handling now."""
    unit_marks: list[UnitMarks] = Field(default_factory=list)
    """For the proposers and the office, the latest year first."""


class Feedback(Query, service="proposals", answer=FeedbackAnswer):
    """What followed the reply to a proposal, as far as the reader may know it now."""

    proposal_id: UUID


class CommitmentPage(Answer):
    """A page of promises."""

    commitments: list[CommitmentRow]
    next: str | None


class Commitments(Query, service="proposals", answer=CommitmentPage):
    """Promises, the one due first on top: the office's all, a unit's own, a member's on own proposals."""

    open_only: bool = True
    commitment_id: UUID | None = None
    """Only this one, settled or not."""
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class RateRow(Answer):
    """One unit's numbers, or everybody's; each filed proposal counts once, by its first proposer's last answer.

    `satisfied + understanding + dissatisfied + no_answer + not_asked` is `filed`, and so are the results.
    """

    unit_id: UUID | None
    name: str
    filed: int
    replied: int
    not_asked: int
    """No window has closed yet."""
    no_answer: int
    satisfied: int
    understanding: int
    dissatisfied: int
    agree: int
    understand: int
    reserve: int
    disagree: int
    persons_asked: int
    persons_answered: int
    commitments: int
    commitments_kept: int


class SessionChoice(Answer):
    """A session one can ask the rates of."""

    term: int
    session: int


class FeedbackRatesAnswer(Answer):
    """The two published rates, in all and for each unit that leads."""

    term: int | None
    session: int | None
    since: date | None
    until: date | None
    total: RateRow
    units: list[RateRow]
    sessions: list[SessionChoice] = Field(default_factory=list)
    """The committee's sessions, the latest first."""


class FeedbackRates(Query, service="proposals", answer=FeedbackRatesAnswer):
    """Feedback in numbers: of a session, or of what was filed from one day to another; the latest session by default."""

    term: int | None = Field(default=None, ge=1, le=99)
    session: int | None = Field(default=None, ge=1, le=9)
    since: date | None = None
    until: date | None = None


class AppraisalSummary(Answer):
    """An appraisal in a list."""

    appraisal_id: UUID
    year: int
    state: AppraisalState
    scoring_until: date
    units: int
    published_at: datetime | None


class AppraisalList(Answer):
    """All appraisals of a committee."""

    appraisals: list[AppraisalSummary]


class Appraisals(Query, service="proposals", answer=AppraisalList):
    """The committee's appraisals, the latest year first."""


class AppraisedUnit(Answer):
    """One lead unit with its figures; the office and the standing committee see them before publication."""

    unit_id: UUID
    name: str
    led: int
    on_time: int
    overdue: int
    extended: int
    asked: int
    satisfied: int
    agreed: int
    commitments: int
    commitments_kept: int
    scored_by: int
    item_points: dict[str, str]
    """Points by item, out of the item's weight; an item with nothing to count is left out."""
    total: str | None
    rank: int | None
    outcome: AppraisalOutcome
    rectify_by: datetime | None
    rectification: str | None
    rectified_at: datetime | None
    accepted_at: datetime | None


class Vote(Answer):
    """One vote of the standing committee."""

    at: datetime
    in_favour: int
    against: int
    abstained: int
    carried: bool


class ToScore(Answer):
    """Something the reader may score, with the marks given so far."""

    side: ScoreSide
    proposal_id: UUID
    title: str
    number: str | None
    unit_id: UUID
    unit_name: str
    marks: list[int]
    """Four, or none yet."""


class AppraisalAnswer(Answer):
    """One appraisal, as far as the reader may know it now."""

    appraisal_id: UUID
    year: int
    state: AppraisalState
    version: int
    items: list[ItemWeight]
    scoring_until: date
    rectify_days: int
    praised: int
    rectifying: int
    source: str
    units: list[AppraisedUnit]
    """By rank; for units and members empty before publication."""
    votes: list[Vote]
    to_score: list[ToScore]
    scored_units: int
    """How many scores members gave so far; only a number before publication."""
    scored_proposals: int
    my_unit: UUID | None
    """The unit the reader signs for, if it has to rectify."""


class Appraisal(Query, service="proposals", answer=AppraisalAnswer):
    """One appraisal."""

    appraisal_id: UUID
