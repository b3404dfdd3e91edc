"""Pages of what follows a reply: feedback, promises, rates, the appraisal of lead units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.feedback_queries import (
    AppraisalAnswer,
    AppraisalSummary,
    CommitmentRow,
    FeedbackAnswer,
    FeedbackRatesAnswer,
    FeedbackRound,
)

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a question."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of the five."""

    name: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackView(View):
    """`/feedback/{proposal_id}`: the form for who is asked, thanks afterwards; numbers and answers for the office.

    POST `action=answer` with `visited`, `attitude`, `heard`, `fit`, `result`, `words`; the office: `action=rehandle` or
    `action=close` with `reason`. Query: `change=1` shows the form again. Hint: `handling`.
    """

    template: ClassVar[str] = "feedback.html"
    feedback: FeedbackAnswer
    questions: tuple[Question, ...]
    form: FeedbackRound | None = None
    """The round to answer now; None shows no form."""
    thanks: FeedbackRound | None = None
    """The round the reader has answered and may still change."""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentsView(View):
    """`/commitments`: promises by date. Query: `all=1`, `after`. Hint: `handling`."""

    template: ClassVar[str] = "commitments.html"
    rows: Sequence[CommitmentRow]
    show_all: bool
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentView(View):
    """`/commitments/{id}`: one promise and what the reader has to do about it.

    POST `action=report` with `done`, `evidence`; `action=comment` with `agrees` (`yes`/`no`), `words`; `action=settle`
    with `found` (`kept`/`postpone`/`broken`), `new_date`, `reason`.
    """

    template: ClassVar[str] = "commitment.html"
    row: CommitmentRow
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bar: from 0 to 100."""

    label: str
    count: int
    start: str
    width: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBar:
    """One unit's bar for one rate, with its numbers in words."""

    name: str
    filed: int
    asked: int
    good: int
    percent_of_filed: str | None
    percent_of_asked: str | None
    segments: tuple[Segment, ...]
    words: str
    """What the picture shows, for whoever does not see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesView(View):
    """`/rates`: the two published rates. Query: `of` (`<term>-<session>`)."""

    template: ClassVar[str] = "rates.html"
    rates: FeedbackRatesAnswer
    work: tuple[RateBar, ...]
    """All first, then each unit."""
    result: tuple[RateBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalsView(View):
    """`/appraisal`: the years; the office opens one.

    POST `year`, `scoring_until`, `source`, `rectify_days`, `weight_<item>` for each item (empty or 0 leaves it out).
    """

    template: ClassVar[str] = "appraisals.html"
    rows: Sequence[AppraisalSummary]
    items: Mapping[str, str]
    """Item -> label."""
    may_open: bool
    year: int
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisalView(View):
    """`/appraisal/{id}`: score, count, vote, publish, rectify; each reader sees what is theirs now.

    POST `action=score_unit` or `score_proposal` with `proposal_id`, `mark_1` … `mark_4`; `close_scoring`; `vote` with
    `in_favour`, `against`, `abstained`; `publish`; `rectify` with `text`; `accept` with `unit_id`. Hint: `appraisal`.
    """

    template: ClassVar[str] = "appraisal.html"
    appraisal: AppraisalAnswer
    rule: str
    items: Mapping[str, str]
    """Item -> label."""
    marks: Mapping[str, Sequence[str]]
    """Side -> the four items of a score."""
    may_close: bool
    may_vote: bool
    may_publish: bool
    may_accept: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
