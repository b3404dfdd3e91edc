"""督查通报: where handling stood at the end of a period, by default the half-month we are in."""

from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from chassis import telemetry
from chassis.calendar import local_date
from chassis.problems import Malformed
from services.portal.views.feedback import RateBar, Segment
from services.portal.views.handling import HandlingCircularView
from services.portal.visit import Visiting
from tongxin_contracts.proposals.handling_queries import CircularAnswer, HandlingCircular, UnitProgress

router = APIRouter()

HALF: Final = 15
"""The last day of the first half of a month."""


@router.get("/circular")
async def handling_circular(visit: Visiting, since: str = "", until: str = "") -> Response:
    """A period's circular; a period that ends before it begins is said, and the half-month shown."""
    today = local_date(visit.portal.clock.now())
    start, end = half_month(today)
    problem = None
    try:
        wanted = date.fromisoformat(since) if since else start
        last = date.fromisoformat(until) if until else max(end, wanted)
        if wanted > last:
            raise ValueError
        start, end = wanted, last
    except ValueError:
        problem = Malformed("起止日期不正确，请重新选择").problem(telemetry.trace_id())
    query = HandlingCircular(committee=visit.committee, since=start, until=end)
    found = await visit.ask(CircularAnswer, query)
    following = half_month(half_month(start)[1] + timedelta(days=1))
    view = HandlingCircularView(
        circular=found,
        bars=tuple(bar(unit) for unit in found.units),
        dispatched=sum(unit.dispatched for unit in found.units),
        replied=sum(unit.replied for unit in found.units),
        overdue=sum(unit.overdue for unit in found.units),
        before=half_month(half_month(start)[0] - timedelta(days=1)),
        after=following if following[0] <= today else None,
        problem=problem,
    )
    return await visit.page(view, status=400 if problem else 200)


def half_month(day: date) -> tuple[date, date]:
    """The half-month a day lies in: 1st to 15th, 16th to the end."""
    if day.day <= HALF:
        return day.replace(day=1), day.replace(day=HALF)
    first_of_next = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(day=HALF + 1), first_of_next - timedelta(days=1)


def bar(unit: UnitProgress) -> RateBar:
    """One unit's part of the work as a bar: replied, in hand, not signed for; what is overdue lies across these."""
    counts = (
        ("已答复", unit.replied, "good"),
        ("办理中", unit.signed - unit.replied, "fair"),
        ("未签收", unit.dispatched - unit.signed, "unsure"),
    )
    segments, start = [], 0.0
    for label, count, tone in counts:
        width = 100 * count / unit.dispatched if unit.dispatched else 0.0
        if count:
            segments.append(
                Segment(label=label, count=count, start=f"{start:.2f}", width=f"{width:.2f}", tone=tone)
            )
        start += width
    return RateBar(
        name=unit.unit,
        filed=unit.dispatched,
        asked=unit.signed,
        good=unit.replied,
        percent_of_filed=None,
        percent_of_asked=None,
        segments=tuple(segments),
        words=f"{unit.unit}：交办 {unit.dispatched} 件，"
        + "，".join(f"{label} {count} 件" for label, count, _ in counts)
        + f"；其中超期 {unit.overdue} 件",
    )
