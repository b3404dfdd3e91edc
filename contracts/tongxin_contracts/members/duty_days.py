"""Duty that recurs: reception days, consultation sessions, who is on duty, what was heard and what became of it."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.classification import Internal, Personal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, Query, ShortText
from tongxin_contracts.words import (
    Attendance,
    DayShift,
    DutyDayForm,
    DutyDayState,
    DutyKind,
    HalfDay,
    MatterOutcome,
)

MatterText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Year = Annotated[int, Field(ge=2000, le=2100)]


class DutyPlanSet(Event, service="members", aggregate="duty_plan"):
    """A recurring duty as it stands now."""

    plan_id: Public[UUID]
    name: Public[str]
    form: Public[DutyDayForm]
    day_of_month: Public[int]
    half: Public[HalfDay]
    shift: Public[DayShift]
    active: Public[bool]


class DutyDaysPlanned(Event, service="members", aggregate="duty_plan"):
    """A year's days of a recurring duty are fixed."""

    plan_id: Public[UUID]
    name: Public[str]
    year: Public[int]
    days: Public[tuple[date, ...]]


class DutyDayAssigned(Event, service="members", aggregate="duty_day"):
    """A day of duty and the people on it, whole, as it stands now."""

    day_id: Public[UUID]
    name: Public[str]
    form: Public[DutyDayForm]
    on: Public[date]
    begins: Public[time]
    ends: Public[time]
    place: Public[str]
    people: Internal[tuple[UUID, ...]]
    """Person ids."""
    newly: Internal[tuple[UUID, ...]]
    """Those among them who have to be told: newly on duty, or the day or the time changed."""


class DutyDayCancelled(Event, service="members", aggregate="duty_day"):
    """A day of duty will not be held; whoever was on duty is told."""

    day_id: Public[UUID]
    name: Public[str]
    form: Public[DutyDayForm]
    on: Public[date]
    people: Internal[tuple[UUID, ...]]
    """Person ids."""
    reason: Internal[str]


class DutyDayRecorded(Event, service="members", aggregate="duty_day"):
    """What a day of duty came to, in numbers."""

    day_id: Public[UUID]
    form: Public[DutyDayForm]
    on: Public[date]
    invited: Public[int]
    present: Public[int]
    residents: Public[int]
    matters: Public[int]
    solved: Public[int]


class MatterSettled(Event, service="members", aggregate="duty_day"):
    """What became of a matter that was heard on a day of duty."""

    day_id: Public[UUID]
    matter_id: Public[UUID]
    outcome: Public[MatterOutcome]


class SetDutyPlan(Command, service="members", answer=Done):
    """Say which duty recurs on which day of the month; changes only days planned afterwards."""

    plan_id: UUID
    name: ShortText
    form: DutyDayForm = DutyDayForm.RECEPTION
    kind: DutyKind = DutyKind.ACTIVITY
    """What taking part counts as."""
    day_of_month: int = Field(ge=1, le=28)
    half: HalfDay = HalfDay.MORNING
    shift: DayShift = DayShift.NEXT_WORKING_DAY
    """What happens where the day is no working day."""
    place: ShortText
    active: bool = True


class PlanDutyDays(Command, service="members", answer=Done):
    """Make a year's days of a recurring duty; what is planned already stays as it is."""

    plan_id: UUID
    year: Year
    rotation: list[UUID] = Field(default=[], max_length=200)
    """Member ids in the order in which they take their turns; empty leaves the days to be assigned."""
    per_day: int = Field(default=2, ge=1, le=20)


class ScheduleDutyDay(Command, service="members", answer=Done):
    """Put one day of duty on the calendar, or move it: a 请你来协商 session, an extra reception."""

    day_id: UUID
    name: ShortText
    form: DutyDayForm
    kind: DutyKind = DutyKind.ACTIVITY
    on: date
    begins: time
    ends: time
    place: ShortText


class AssignDuty(Command, service="members", answer=Done):
    """Say who is on duty, or invited; replaces what was said before."""

    day_id: UUID
    expected_version: int
    members: list[UUID] = Field(max_length=200)


class CancelDutyDay(Command, service="members", answer=Done):
    """Strike a day off the calendar before it was held."""

    day_id: UUID
    reason: ShortText


class HeardMatter(BaseModel):
    """Something residents brought forward, and what became of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    matter_id: UUID
    text: MatterText
    outcome: MatterOutcome = MatterOutcome.OPEN
    became: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class Took(BaseModel):
    """How a member met the duty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    member_id: UUID
    attendance: Attendance = Attendance.PRESENT


class RecordDutyDay(Command, service="members", answer=Done):
    """Record what a day of duty came to; everybody's duty is credited by it."""

    day_id: UUID
    expected_version: int
    took: list[Took] = Field(max_length=200)
    invited: int | None = Field(default=None, ge=0, le=100_000)
    """How many were invited; None for as many as are named in `took`."""
    present: int | None = Field(default=None, ge=0, le=100_000)
    """How many of those came; None for as many as `took` says were present."""
    residents: int = Field(default=0, ge=0, le=1_000_000)
    """Residents received or taking part."""
    matters: list[HeardMatter] = Field(default=[], max_length=100)


class SettleMatter(Command, service="members", answer=Done):
    """Say what became of a matter that was heard."""

    day_id: UUID
    matter_id: UUID
    outcome: MatterOutcome
    became: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class DutyPlanRow(Answer):
    """A recurring duty."""

    plan_id: Public[UUID]
    version: Internal[int]
    name: Public[str]
    form: Public[DutyDayForm]
    kind: Public[DutyKind]
    day_of_month: Public[int]
    half: Public[HalfDay]
    shift: Public[DayShift]
    place: Public[str]
    active: Public[bool]


class OnDuty(Answer):
    """Somebody on duty."""

    member_id: Public[UUID]
    person_id: Internal[UUID]
    name: Personal[str]
    attendance: Internal[Attendance | None]
    """None before the day is recorded."""


class MatterRow(Answer):
    """A matter heard."""

    matter_id: Public[UUID]
    text: Internal[str]
    outcome: Public[MatterOutcome]
    became: Internal[str]


class DutyDayRow(Answer):
    """A day of duty with its people and its record."""

    day_id: Public[UUID]
    version: Internal[int]
    name: Public[str]
    form: Public[DutyDayForm]
    kind: Public[DutyKind]
    on: Public[date]
    begins: Public[time]
    ends: Public[time]
    place: Public[str]
    state: Public[DutyDayState]
    people: Internal[list[OnDuty]]
    invited: Public[int | None]
    present: Public[int | None]
    residents: Public[int | None]
    matters: Internal[list[MatterRow]]


class DutyDaysAnswer(Answer):
    """A year's days in their order, and the plans they come from."""

    year: int
    plans: list[DutyPlanRow]
    days: list[DutyDayRow]


class DutyDays(Query, service="members", answer=DutyDaysAnswer):
    """A year's days of duty: one's own, or the committee's for the office."""

    year: Year | None = None
    day_id: UUID | None = None
    """Only this day, whatever its year."""


class FormStatistics(Answer):
    """What a year's days of one form came to; every number is reckoned from the records."""

    form: Public[DutyDayForm]
    planned: Public[int]
    """Those not cancelled."""
    held: Public[int]
    invited: Public[int]
    present: Public[int]
    turnout: Public[str | None]
    """Percent with at most one place, as text; None where nobody was invited."""
    residents: Public[int]
    matters: Public[int]
    solved: Public[int]


class DutyStatisticsAnswer(Answer):
    """A year in numbers, by form."""

    year: int
    forms: list[FormStatistics]


class DutyStatistics(Query, service="members", answer=DutyStatisticsAnswer):
    """What a year's days of duty came to."""

    year: Year | None = None
