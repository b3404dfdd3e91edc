"""What members states: sessions, memberships, duty, exits. No contact data except in `PersonContact`."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongxin_contracts.classification import Internal, Personal, Public
from tongxin_contracts.message import CommitteeCode, Event, PersonEvent, Visibility
from tongxin_contracts.words import (
    Attendance,
    DutyKind,
    ExitDecision,
    MemberRank,
    MemberStanding,
    Sector,
    UnitDuty,
)


class SessionOpened(Event, service="members", aggregate="session"):
    """A session of a committee's term is open: its numbers are used from now on."""

    session_id: Public[UUID]
    committee_name: Public[str]
    term: Public[int]
    """届, counted from 1."""
    session: Public[int]
    """次 within the term, counted from 1."""
    opens_on: Public[date]
    cutoff_on: Public[date]
    """The last day whose proposals count for this session's year (nationally 5 December)."""


class MemberAdmitted(
    Event, service="members", aggregate="member", visibility=Visibility.AGENCIES, label="委员加入"
):
    """A person is a member of the committee."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    sector: Public[Sector]
    rank: Public[MemberRank]
    special_committee: Public[str | None] = None
    liaison_group: Public[str | None] = None


class MemberChanged(Event, service="members", aggregate="member"):
    """What the roster says of a member changed; the fields are as they stand now."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    sector: Public[Sector]
    rank: Public[MemberRank]
    standing: Public[MemberStanding] = MemberStanding.SERVING
    special_committee: Public[str | None] = None
    liaison_group: Public[str | None] = None


class SchemeAdopted(
    Event, service="members", aggregate="scheme", visibility=Visibility.AGENCIES, label="积分规则施行"
):
    """A points scheme is in force for the committee; points are reckoned by it from now on."""

    scheme_id: Public[UUID]
    rule_version: Public[str]
    """`code@version`, as every point given by it names it."""
    name: Public[str]
    source: Public[str]


class DutyRecorded(Event, service="members", aggregate="member"):
    """Staff recorded something a member did; proposals and the like are taken from their own events."""

    member_id: Public[UUID]
    fact_id: Internal[UUID]
    kind: Public[DutyKind]
    on: Public[date]
    quantity: Public[int]
    attendance: Public[Attendance] = Attendance.PRESENT


class DutyAnnulled(Event, service="members", aggregate="member"):
    """A recorded duty was struck out, with its reason in the history; points follow."""

    member_id: Public[UUID]
    fact_id: Internal[UUID]


class DutyYearClosed(Event, service="members", aggregate="duty_year"):
    """A duty year was reckoned for the committee or one of its groups; what it leads to is decided by people."""

    closing_id: Public[UUID]
    year: Public[int]
    liaison_group: Public[str | None] = None
    rule_version: Public[str]
    passed: Public[int]
    below: Public[int]


class ExitSuggested(Event, service="members", aggregate="member"):
    """A year ended below the floor: resignation is suggested to the committee, which alone decides (row 08)."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    year: Public[int]
    points: Internal[str]
    """Decimal as text, so that no reader rounds it."""
    floor: Public[str]
    rule_version: Public[str]


class ExitDecided(Event, service="members", aggregate="member"):
    """The committee decided on a suggested resignation."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    year: Public[int]
    decision: Public[ExitDecision]


class UnitRegistered(
    Event, service="members", aggregate="unit", visibility=Visibility.AGENCIES, label="承办单位登记"
):
    """A unit that handles proposals, as it stands now: registered, renamed or closed."""

    unit_id: Public[UUID]
    name: Public[str]
    short_name: Public[str]
    active: Public[bool] = True


class UnitPost(BaseModel):
    """Somebody's duty in a unit."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person_id: Internal[UUID]
    duty: Public[UnitDuty]


class UnitStaffed(Event, service="members", aggregate="unit"):
    """Who does what in a unit, whole, as it stands now."""

    unit_id: Public[UUID]
    posts: Internal[tuple[UnitPost, ...]]


class PersonContact(PersonEvent, service="members", aggregate="person"):
    """How to reach a person and what to call them; for the portal and notify only (decision 15)."""

    person_id: Internal[UUID]
    member_id: Internal[UUID]
    member_of: Internal[CommitteeCode]
    name: Personal[str]
    phone: Personal[str]
