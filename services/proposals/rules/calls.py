"""When a call for proposals may still go out: 全会召开前一个多月, so that members have time to study the matter."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date


def month_before(day: date) -> date:
    """The same day of the month before; its last day where it is shorter (31 March: 28 February)."""
    year, month = (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def call_problems(today: date, opens_on: date, closes_on: date) -> Iterator[tuple[str, str]]:
    """What forbids the call: which field, and why, in Chinese; nothing where it may go out."""
    last = month_before(opens_on)
    if today > last:
        yield (
            "opens_on",
            f"征集应在全会召开一个月以前发出：会议{chinese(opens_on)}开幕，最晚应在{chinese(last)}发出。",
        )
    if not today < closes_on <= opens_on:
        yield "closes_on", f"截止日期应在今天以后，且不晚于会议开幕（{chinese(opens_on)}）。"


def chinese(day: date) -> str:
    """A day as people write it."""
    return f"{day.year}年{day.month}月{day.day}日"
