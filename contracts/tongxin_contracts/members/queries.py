"""What members can be asked to tell."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.classification import Internal, Personal, Public, Sensitive
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.message import PAGE_SIZE, Answer, CommitteeCode, HistoryEntry, Query
from tongxin_contracts.words import (
    DutyKind,
    ExitDecision,
    Gender,
    MemberRank,
    MemberStanding,
    Party,
    RosterRowOutcome,
    Sector,
    YearEndOutcome,
)

SearchText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]
Cursor = Annotated[str, StringConstraints(max_length=200)]


class MemberRow(Answer):
    """A member as the roster shows them."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    name: Personal[str]
    sector: Public[Sector]
    rank: Public[MemberRank]
    standing: Public[MemberStanding]
    special_committee: Public[str | None]
    liaison_group: Public[str | None]
    employer: Personal[str | None]
    post: Personal[str | None]
    points: Internal[str | None]
    """This duty year's points so far; None where no scheme is in force."""


class RosterPage(Answer):
    """One page of the roster, by name."""

    members: list[MemberRow]
    next: str | None
    """Hand it back as `after` for the next page; None on the last."""


class Roster(Query, service="members", answer=RosterPage):
    """The committee's members, a page at a time."""

    search: SearchText = ""
    """Part of a name, an employer or a liaison group."""
    after: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class RowReport(Answer):
    """What became of one row that did not simply go in."""

    row: int
    """As the spreadsheet counts, the header is row 1."""
    outcome: RosterRowOutcome
    column: str | None
    value: Personal[str | None]
    problem: str
    remedy: str


class RosterReportAnswer(Answer):
    """What became of one import."""

    report_id: UUID
    filename: str
    at: datetime
    added: int
    changed: int
    unchanged: int
    refused: int
    rows: list[RowReport]
    """At most 500; the counts are of all."""


class RosterReport(Query, service="members", answer=RosterReportAnswer):
    """The row-by-row report of one import."""

    report_id: UUID


class LedgerLine(Answer):
    """One line of "why 23?": what was done, what it is worth, what was cut off, by which rule."""

    fact_id: UUID | None
    """None for what no fact stands for: the base points, and the line that lifts a total to zero."""
    kind: DutyKind | None
    group: str
    """The scheme's class of items."""
    item: str
    """The scheme's item, as its document words it."""
    on: date | None
    raw: str
    """Points before caps, decimal as text."""
    counted: str
    """Points that count; these add up to the total."""
    mark: str | None
    """「（超过最高分限制）」 where a cap cut something off."""
    explanation: str
    """How the points came about: 「2 次 × 5 分」."""
    evidence: str
    """What shows it: a proposal's number, an activity's note."""
    matter: UUID | None
    """The aggregate that is the evidence, None for what staff recorded."""
    rule_version: str


class UncountedDuty(Answer):
    """Something done that no line stands for, and why."""

    fact_id: UUID
    kind: DutyKind
    on: date
    evidence: str
    matter: UUID | None
    reason: str


class YearResult(Answer):
    """How a member's year ended, as it was written down when the year was closed, and what was decided on it."""

    outcome: Public[YearEndOutcome]
    points: Internal[str]
    text: Internal[str]
    """What the scheme says to it."""
    decided_by: Public[str | None]
    """Who decides on it; None where there is nothing to decide."""
    decision: Internal[ExitDecision | None]
    reason: Personal[str | None]
    """Of the decision."""
    decided_at: Internal[datetime | None]


class DossierAnswer(Answer):
    """履职档案: who the member is and what they did this duty year."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    committee: Public[CommitteeCode]
    version: Internal[int]
    name: Personal[str]
    gender: Personal[Gender | None]
    born: Personal[date | None]
    party: Sensitive[Party | None]
    """Only with the roster office or the member themselves; reading it is noted in the history."""
    phone: Personal[str | None]
    sector: Public[Sector]
    rank: Public[MemberRank]
    standing: Public[MemberStanding]
    special_committee: Public[str | None]
    liaison_group: Public[str | None]
    employer: Personal[str | None]
    post: Personal[str | None]
    year: Public[int]
    scheme: Public[str | None]
    """The scheme's name, None when none is in force."""
    rule_version: Public[str | None]
    total: Internal[str]
    floor: Public[str | None]
    grade: Internal[str | None]
    lines: Internal[list[LedgerLine]]
    uncounted: Internal[list[UncountedDuty]]
    history: Internal[list[HistoryEntry]]
    history_intact: Internal[bool]
    """Whether the hash chain of the history holds."""
    result: Internal[YearResult | None] = None
    """None while the year is not closed."""


class Dossier(Query, service="members", answer=DossierAnswer):
    """A member's dossier; a member may ask for their own, the office for everybody's."""

    member_id: UUID | None = None
    """None asks for one's own."""
    year: int | None = Field(default=None, ge=2000, le=2100)
    """The duty year; None for the current one."""


class SchemeAnswer(Answer):
    """The points scheme in force."""

    scheme_id: UUID | None
    rule_version: str | None
    scheme: dict[str, Any] | None
    source: str | None


class Scheme(Query, service="members", answer=SchemeAnswer):
    """The points scheme in force, as data."""


class CommitteeAnswer(Answer):
    """A committee and the session it is in."""

    code: CommitteeCode
    name: str | None
    term: int | None
    session: int | None


class CurrentSession(Query, service="members", answer=CommitteeAnswer):
    """Which session the committee is in."""


class UnitRow(Answer):
    """A handling unit and its people."""

    unit_id: Public[UUID]
    version: Internal[int]
    name: Public[str]
    short_name: Public[str]
    active: Public[bool]
    posts: Internal[list[UnitPost]]


class UnitsAnswer(Answer):
    """Every handling unit of a committee, by name; a city has fewer than 200."""

    units: list[UnitRow]


class Units(Query, service="members", answer=UnitsAnswer):
    """The committee's handling units."""


class Colleague(Answer):
    """A serving member as fellow members may find them: no contact data."""

    person_id: Internal[UUID]
    member_id: Public[UUID]
    name: Internal[str]
    sector: Public[Sector]


class ColleaguesAnswer(Answer):
    """At most 20, by name."""

    members: list[Colleague]


class Colleagues(Query, service="members", answer=ColleaguesAnswer):
    """Serving members of one's committee whose name contains what was typed: to invite them to a joint proposal."""

    search: str = Field(default="", max_length=20)
