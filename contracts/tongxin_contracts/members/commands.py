"""What members can be asked to do."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.message import Answer, Command, Done, ShortText
from tongxin_contracts.words import Attendance, DutyKind, ExitDecision, YearEndOutcome

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OpenSession(Command, service="members", answer=Done):
    """Open a session of a term; from then on its numbers are given."""

    session_id: UUID
    committee_name: ShortText
    term: int = Field(ge=1, le=99)
    session: int = Field(ge=1, le=9)
    opens_on: date
    cutoff_on: date


class RosterImported(Answer):
    """What became of an uploaded roster; the rows are in the report."""

    report_id: UUID
    added: int
    changed: int
    unchanged: int
    refused: int


class ImportRoster(Command, service="members", answer=RosterImported):
    """Take an uploaded roster: good rows go in, bad rows are reported, the same file twice changes nothing."""

    report_id: UUID
    file: Sha256
    """The uploaded file's SHA-256; the portal put it into quarantine under this name."""
    filename: ShortText


class FileMade(Answer):
    """A file the owner made; the portal streams it from the bucket under its SHA-256."""

    file: Sha256
    filename: str
    size: int
    """Bytes."""


class ExportRoster(Command, service="members", answer=FileMade):
    """Make the roster as a file that can be imported again; noted in the history, for it holds personal data."""

    export_id: UUID
    format: Annotated[str, StringConstraints(pattern="^(xlsx|csv)$")] = "xlsx"
    empty: bool = False
    """Only the headings: a form to fill in."""


class SchemeAdoptedAnswer(Answer):
    """Which points scheme is in force now."""

    id: UUID
    rule_version: str


class AdoptScheme(Command, service="members", answer=SchemeAdoptedAnswer):
    """Put a points scheme in force for the committee; the scheme is data and is checked as a whole."""

    scheme_id: UUID
    scheme: dict[str, object]
    """The scheme as its JSON file has it; `docs/schemes.md` explains every field."""
    source: ShortText
    """The document and article it follows."""


class RecordDuty(Command, service="members", answer=Done):
    """Record that a member did something that counts: an activity, an idea, a day of volunteering."""

    member_id: UUID
    fact_id: UUID
    kind: DutyKind
    on: date
    quantity: int = Field(default=1, ge=1, le=366)
    """In the unit of the scheme's item: 次, 件, 半天 …"""
    attendance: Attendance = Attendance.PRESENT
    """Leave and absence are recorded too, because schemes deduct for them."""
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class AnnulDuty(Command, service="members", answer=Done):
    """Strike out a recorded duty that was wrong; the ledger follows."""

    member_id: UUID
    fact_id: UUID
    reason: ShortText


class MemberYear(Answer):
    """How one member's year ended."""

    member_id: UUID
    points: str
    """Decimal as text."""
    outcome: YearEndOutcome


class YearClosed(Answer):
    """How a year ended for everybody below the floor, and for how many it ended well."""

    year: int
    passed: int
    below: list[MemberYear]
    """Everybody who did not simply pass: suggested for resignation, to be interviewed, or below a mark."""


class CloseDutyYear(Command, service="members", answer=YearClosed):
    """End a duty year under the scheme: whoever is below the floor is suggested for resignation, nobody removed."""

    closing_id: UUID
    year: int = Field(ge=2000, le=2100)
    """The year the window ends in."""
    liaison_group: ShortText | None = None
    """Only this group's members; None for all."""


class DecideExit(Command, service="members", answer=Done):
    """Decide on a suggested resignation; only the committee can."""

    member_id: UUID
    year: int
    decision: ExitDecision
    reason: ShortText


class RegisterUnit(Command, service="members", answer=Done):
    """Put a handling unit (承办单位) on the committee's list, rename it, or close it."""

    unit_id: UUID
    name: ShortText
    short_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    active: bool = True


class StaffUnit(Command, service="members", answer=Done):
    """Say who does what in a unit; replaces what was said before."""

    unit_id: UUID
    expected_version: int
    posts: list[UnitPost] = Field(max_length=50)
