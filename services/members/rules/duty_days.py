"""Days of duty that recur: which days of a year, at what time, who takes which turn, and what a year came to.

Row 08: reception day is the 8th of every month, in the morning. Always holds: twelve days a year at most, in order;
a shifted day never falls into the past of its own date; whoever takes turns takes them in order, round and round.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from tongxin_contracts.words import DayShift, HalfDay, MatterOutcome

TIMES: Final = {
    HalfDay.MORNING: (time(9), time(11, 30)),
    HalfDay.AFTERNOON: (time(14, 30), time(17)),
    HalfDay.WHOLE: (time(9), time(17)),
}
"""When a part of a day begins and ends."""
MONTHS: Final = range(1, 13)


def days_of_year(
    year: int, day_of_month: int, shift: DayShift, is_working_day: Callable[[date], bool]
) -> list[tuple[int, date]]:
    """Month and day of each occurrence; one that is no working day moves on to the next where the plan says so."""
    return [(month, _held_on(date(year, month, day_of_month), shift, is_working_day)) for month in MONTHS]


def _held_on(day: date, shift: DayShift, is_working_day: Callable[[date], bool]) -> date:
    if shift is DayShift.AS_IS:
        return day
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def turns(rotation: Sequence[UUID], per_day: int, days: int) -> list[tuple[UUID, ...]]:
    """Who is on duty on each day: the next so many in order, nobody twice on one day."""
    if not rotation:
        return [() for _ in range(days)]
    size = min(per_day, len(rotation))
    return [
        tuple(rotation[(day * size + place) % len(rotation)] for place in range(size)) for day in range(days)
    ]


@dataclass(frozen=True, slots=True)
class DayRecord:
    """What one day came to."""

    invited: int
    present: int
    residents: int
    outcomes: tuple[MatterOutcome, ...]


@dataclass(frozen=True, slots=True)
class YearOfDays:
    """What several days came to together."""

    held: int
    invited: int
    present: int
    turnout: str | None
    residents: int
    matters: int
    solved: int


def summed(records: Iterable[DayRecord]) -> YearOfDays:
    """The sums, and the turnout of them all: present by invited, not the mean of the days' percents."""
    known = list(records)
    invited, present = sum(one.invited for one in known), sum(one.present for one in known)
    outcomes = [outcome for one in known for outcome in one.outcomes]
    return YearOfDays(
        held=len(known),
        invited=invited,
        present=present,
        turnout=percent_text(present, invited),
        residents=sum(one.residents for one in known),
        matters=len(outcomes),
        solved=sum(outcome is MatterOutcome.SOLVED for outcome in outcomes),
    )


def percent_text(part: int, whole: int) -> str | None:
    """75, 66.7; None of nothing."""
    if whole == 0:
        return None
    percent = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{percent:f}".removesuffix(".0")
