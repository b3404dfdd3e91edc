"""Days of duty: the year's calendar, one day with its people and its record, and files for phones."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Malformed, NotFound, Refusal
from services.portal.calendar_file import MEDIA_TYPE, calendar_file
from services.portal.pages.fields import valid
from services.portal.views import DutyDaysView, DutyDayView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.members.duty_days import (
    AssignDuty,
    CancelDutyDay,
    DutyDayRow,
    DutyDays,
    DutyDaysAnswer,
    DutyStatistics,
    DutyStatisticsAnswer,
    PlanDutyDays,
    RecordDutyDay,
    ScheduleDutyDay,
    SetDutyPlan,
    SettleMatter,
)
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage
from tongxin_contracts.message import PAGE_SIZE, Command, Done
from tongxin_contracts.words import MemberStanding

router = APIRouter()

MATTERS_MAX = 10
"""Lines for matters on the form; more are recorded through the interface."""
_PAGES_MAX = 10


@router.get("/duty")
async def duty(visit: Visiting, year: int | None = None) -> Response:
    """The year's days; one's own, or the committee's for the office."""
    return await _calendar(visit, year)


@router.post("/duty")
async def change_calendar(visit: Visiting, year: int | None = None) -> Response:
    """Set a recurring duty, make a year's days, or put one day on the calendar."""
    form = await visit.form()
    id_ = command_id(form)
    try:
        command, said = _calendar_command(visit, form, id_)
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _calendar(visit, year, refusal)
    return await visit.go(f"/duty?year={_text(form, 'year')}" if form.get("year") else "/duty", said)


@router.get("/duty/calendar.ics")
async def own_calendar(visit: Visiting, year: int | None = None) -> Response:
    """All days one sees, for one's phone."""
    found = await visit.ask(DutyDaysAnswer, valid(DutyDays, committee=visit.committee, year=year))
    return _ics(visit, found.days, f"值班日程-{found.year}.ics")


@router.get("/duty/{day_id}.ics")
async def day_calendar(visit: Visiting, day_id: UUID) -> Response:
    """One day, for one's phone."""
    day = await _day(visit, day_id)
    return _ics(visit, [day], f"{day.on}-{day.name}.ics")


@router.get("/duty/{day_id}")
async def day_page(visit: Visiting, day_id: UUID) -> Response:
    """One day with its people and its record."""
    return await _page(visit, day_id)


@router.post("/duty/{day_id}")
async def change_day(visit: Visiting, day_id: UUID) -> Response:
    """Assign, cancel, record, or say what became of a matter."""
    form = await visit.form()
    id_ = command_id(form)
    try:
        command, said = _day_command(visit, day_id, form, id_)
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _page(visit, day_id, refusal)
    return await visit.go(f"/duty/{day_id}", said)


def _calendar_command(visit: Visit, form: FormData, id_: UUID) -> tuple[Command, str]:
    fields: dict[str, Any] = {"committee": visit.committee}
    match form.get("action"):
        case "plan":
            names = ("name", "form", "kind", "day_of_month", "half", "shift", "place")
            plan = _text(form, "plan_id") or derived_id("duty_plan", id_)
            fields |= {name: _text(form, name) for name in names} | {"plan_id": plan}
            return valid(SetDutyPlan, **fields, active=form.get("active") == "yes"), "定期安排已保存。"
        case "year":
            fields |= {name: _text(form, name) for name in ("plan_id", "year", "per_day")}
            rotation = [str(member) for member in form.getlist("members")]
            return valid(PlanDutyDays, **fields, rotation=rotation), "日期已排好，轮到的委员会收到通知。"
        case "day":
            names = ("name", "form", "kind", "on", "begins", "ends", "place")
            fields |= {name: _text(form, name) for name in names}
            return valid(ScheduleDutyDay, **fields, day_id=derived_id("duty_day", id_)), "已列入日程。"
    raise Malformed("请选择要办理的事项")


def _day_command(visit: Visit, day_id: UUID, form: FormData, id_: UUID) -> tuple[Command, str]:
    fields: dict[str, Any] = {"committee": visit.committee, "day_id": day_id}
    match form.get("action"):
        case "assign":
            members = [str(member) for member in form.getlist("members")]
            version = _text(form, "version")
            return (
                valid(AssignDuty, **fields, expected_version=version, members=members),
                "人员已安排，新列入的委员会收到通知。",
            )
        case "cancel":
            return valid(CancelDutyDay, **fields, reason=_text(form, "reason")), "已取消，并通知了相关委员。"
        case "record":
            return _record(fields, form, id_), "情况已登记，参加委员的履职已自动计入。"
        case "settle":
            names = ("matter_id", "outcome", "became")
            return valid(SettleMatter, **fields, **{name: _text(form, name) for name in names}), "已保存。"
    raise Malformed("请选择要办理的事项")


def _record(fields: dict[str, Any], form: FormData, id_: UUID) -> RecordDutyDay:
    numbers = {name: _text(form, name) for name in ("invited", "present", "residents") if _text(form, name)}
    took = [
        {"member_id": name.removeprefix("took:"), "attendance": str(value)}
        for name, value in form.multi_items()
        if name.startswith("took:") and value
    ]
    matters = [
        {
            "matter_id": derived_id("matter", id_, str(n)),
            "text": _text(form, f"matter.{n}"),
            "outcome": _text(form, f"outcome.{n}"),
            "became": _text(form, f"became.{n}"),
        }
        for n in range(MATTERS_MAX)
        if _text(form, f"matter.{n}")
    ]
    version = _text(form, "version")
    return valid(RecordDutyDay, **fields, **numbers, expected_version=version, took=took, matters=matters)


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


async def _calendar(visit: Visit, year: int | None, refusal: Refusal | None = None) -> Response:
    query = valid(DutyDays, committee=visit.committee, year=year)
    found = await visit.ask(DutyDaysAnswer, query)
    statistics = None
    if visit.may("members.duty_statistics"):
        asked = DutyStatistics(committee=visit.committee, year=found.year)
        statistics = await visit.ask(DutyStatisticsAnswer, asked)
    view = DutyDaysView(
        duty=found,
        statistics=statistics,
        members=await _members(visit) if visit.may("members.plan_duty_days") else (),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


async def _page(visit: Visit, day_id: UUID, refusal: Refusal | None = None) -> Response:
    day = await _day(visit, day_id)
    view = DutyDayView(
        day=day,
        members=await _members(visit) if visit.may("members.assign_duty") else (),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
        is_over=day.on <= local_date(visit.portal.clock.now()),
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


async def _day(visit: Visit, day_id: UUID) -> DutyDayRow:
    found = await visit.ask(DutyDaysAnswer, DutyDays(committee=visit.committee, day_id=day_id))
    if not found.days:
        raise NotFound
    return found.days[0]


async def _members(visit: Visit) -> Sequence[MemberRow]:
    """Everybody who serves, by name; a committee has a few hundred."""
    members: list[MemberRow] = []
    after: str | None = None
    for _ in range(_PAGES_MAX):
        query = Roster(committee=visit.committee, after=after, limit=PAGE_SIZE)
        page = await visit.ask(RosterPage, query)
        members += [row for row in page.members if row.standing is MemberStanding.SERVING]
        after = page.next
        if after is None:
            break
    return members


def _ics(visit: Visit, days: Sequence[DutyDayRow], filename: str) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(filename)}"}
    content = calendar_file(days, visit.portal.clock.now())
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
