"""Points as members and the office ask about them: corrections, appeals, the ranking, and a scheme that is only tried."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.classification import Internal, Personal, Public
from tongxin_contracts.members.commands import FileMade
from tongxin_contracts.message import PAGE_SIZE, Answer, Command, Done, Event, Query, ShortText
from tongxin_contracts.words import Attendance, DutyKind, YearEndOutcome

AppealText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class DutyCorrected(Event, service="members", aggregate="member"):
    """A recorded duty was wrong and another one stands in its place; points follow."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    fact_id: Internal[UUID]
    """The one that was struck out."""
    instead: Internal[UUID]
    """The one that stands now."""
    kind: Public[DutyKind]
    on: Public[date]
    quantity: Public[int]
    attendance: Public[Attendance]


class ExitSuggestionWithdrawn(Event, service="members", aggregate="member"):
    """After a correction the year is no longer below the floor: nothing is left to decide."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    year: Public[int]
    points: Internal[str]
    """Decimal as text, as it stands after the correction."""
    rule_version: Public[str]


class PointsAppealed(Event, service="members", aggregate="appeal"):
    """A member says that their points are wrong."""

    appeal_id: Public[UUID]
    member_id: Public[UUID]
    person_id: Internal[UUID]
    year: Public[int]


class AppealAnswered(Event, service="members", aggregate="appeal"):
    """The office answered; what it corrected is stated by the correction itself."""

    appeal_id: Public[UUID]
    member_id: Public[UUID]
    person_id: Internal[UUID]
    year: Public[int]
    granted: Internal[bool]
    answer: Internal[str]


class CorrectDuty(Command, service="members", answer=Done):
    """Put right what was recorded wrongly: the old record is struck out, the right one stands in its place."""

    member_id: UUID
    fact_id: UUID
    instead: UUID
    """The id of the record that stands from now on."""
    kind: DutyKind
    on: date
    quantity: int = Field(default=1, ge=1, le=366)
    attendance: Attendance = Attendance.PRESENT
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    """What shows it; empty keeps what the old record says."""
    reason: ShortText


class AppealPoints(Command, service="members", answer=Done):
    """Say that one's own points are wrong: a line that should not stand so, or something that is missing."""

    appeal_id: UUID
    year: Year
    fact_id: UUID | None = None
    """The line in question; None where something is missing."""
    text: AppealText


class AnswerAppeal(Command, service="members", answer=Done):
    """Answer an appeal; a correction is made by its own command and may be named here."""

    appeal_id: UUID
    granted: bool
    text: AppealText
    correction: UUID | None = None
    """The record that was made, corrected or struck out because of it."""


class ExportRanking(Command, service="members", answer=FileMade):
    """Make the ranking with its award and allowance columns as a file; noted in the history."""

    export_id: UUID
    year: Year | None = None
    liaison_group: ShortText | None = None
    format: Annotated[str, StringConstraints(pattern="^(xlsx|csv)$")] = "xlsx"


class AppealRow(Answer):
    """An appeal and what became of it."""

    appeal_id: Public[UUID]
    version: Internal[int]
    member_id: Public[UUID]
    person_id: Internal[UUID]
    name: Personal[str]
    year: Public[int]
    fact_id: Internal[UUID | None]
    line: Internal[str | None]
    """The line in question in words."""
    text: Personal[str]
    made_at: Internal[datetime]
    granted: Internal[bool | None]
    answer: Personal[str | None]
    answered_at: Internal[datetime | None]


class AppealsAnswer(Answer):
    """The newest first, at most a hundred."""

    appeals: list[AppealRow]


class Appeals(Query, service="members", answer=AppealsAnswer):
    """Appeals against points: a member's own, or the committee's for the office."""

    open_only: bool = False


class RankedMember(Answer):
    """A member's place in the committee."""

    rank: Internal[int]
    """Members with the same points have the same place; the next one counts them all."""
    member_id: Public[UUID]
    person_id: Internal[UUID]
    name: Personal[str]
    liaison_group: Public[str | None]
    points: Internal[str]
    missing: Internal[str | None]
    """What lacks to the floor; 「0」 where it is reached, None where the scheme has none."""
    grade: Internal[str | None]
    awards: Internal[list[str]]
    """What the scheme says one may be chosen for: 「年度优秀委员」."""
    allowance: Internal[str | None]
    """The step of the allowance, None where the scheme says nothing of it."""


class YearClosing(Answer):
    """How far a duty year is closed, by what is written down now; corrections move it."""

    passed: int
    below: int
    open: int
    """Serving members whose year is not written down."""
    over: bool
    """Whether the year's last day has passed, so that it can be closed."""
    closed_at: datetime | None
    """When it was closed last; None where it never was."""


class RankingAnswer(Answer):
    """The ranking of a duty year as the evidence stands now."""

    year: int
    scheme: str | None
    rule_version: str | None
    floor: str | None
    members: list[RankedMember]
    next: str | None
    """Hand it back as `after` for the next page."""
    serving: int
    """How many are ranked in all."""
    reached: int | None
    """How many of them have reached the floor."""
    groups: list[str]
    """The liaison groups there are, to filter by."""
    closing: YearClosing | None = None
    """None where no scheme is in force."""


class DutyRanking(Query, service="members", answer=RankingAnswer):
    """Who stands where this duty year, with what follows from it for awards and allowances."""

    year: Year | None = None
    liaison_group: ShortText | None = None
    """Only this group's members; their places stay those of the committee."""
    after: Annotated[str, StringConstraints(max_length=200)] | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class MovedMember(Answer):
    """Somebody whose year would come out otherwise."""

    member_id: Public[UUID]
    name: Personal[str]
    liaison_group: Public[str | None]
    before: Internal[str]
    after: Internal[str]
    rank_before: Internal[int]
    rank_after: Internal[int]
    outcome_before: Internal[YearEndOutcome]
    outcome_after: Internal[YearEndOutcome]


class SimulationAnswer(Answer):
    """What another scheme would have made of a year."""

    year: int
    rule_version: str | None
    """The one the year is reckoned by."""
    simulated: str
    moved: list[MovedMember]
    """At most a hundred, those whose place moves most first."""
    moved_count: int
    unmoved: int
    below_before: int
    below_after: int


class SimulateScheme(Query, service="members", answer=SimulationAnswer):
    """Try a scheme on a year's evidence before it is adopted; nothing is changed."""

    scheme: dict[str, object]
    year: Year | None = None
    """None for the last whole year."""
