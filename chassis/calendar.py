"""Which days are working days, and when exactly a day ends.

Deadlines are counted in working days of the State Council's calendar, where a make-up Saturday is a working day and a
moved holiday is not. Always holds: a day is a plain `date` in Asia/Shanghai, an instant is an aware `datetime` in UTC, and
only this module turns one into the other. A date outside the years the calendar was announced for is reckoned by
weekends alone and is provisional: whoever stores a deadline stores `CALENDAR_VERSION` beside it, so that an
announcement can move it later (never earlier).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

import chinese_calendar
from chinese_calendar.constants import holidays as _holidays
from chinese_calendar.constants import workdays as _make_up_days

LOCAL: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without summer time since 1992, so a fixed offset is exact and needs no zone files."""

_FIRST_YEAR: Final = min(_holidays).year
_LAST_YEAR: Final = max(_holidays).year
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5

OVERRIDES: Final[Mapping[date, bool]] = {}
"""Days announced or changed after the library's release: date -> is it a working day. Raise the revision with it."""
OVERRIDES_REVISION: Final = 0

CALENDAR_VERSION: Final = f"cn-{_LAST_YEAR}-lib{chinese_calendar.__version__}-r{OVERRIDES_REVISION}"
"""The last announced year, the library's release and the revision of the override table."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The announced calendar with a table of days that overrule it."""

    overrides: Mapping[date, bool]
    """date -> is it a working day."""
    version: str
    """Stored with every deadline that was reckoned by this calendar."""

    def is_provisional(self, day: date) -> bool:
        """Whether nobody has announced this day's year yet, so that only weekends are known."""
        return day not in self.overrides and not _FIRST_YEAR <= _plain(day).year <= _LAST_YEAR

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day."""
        overruled = self.overrides.get(_plain(day))
        if overruled is not None:
            return overruled
        return day in _make_up_days or (day.weekday() < _SATURDAY and day not in _holidays)

    def add_working_days(self, start: date, count: int) -> date:
        """The day that is `count` working days after `start`; `start` itself is not counted.

        Zero gives `start`, a negative count reckons backwards ("15 working days before the meeting").
        """
        step, left, day = (_DAY if count > 0 else -_DAY), abs(count), _plain(start)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`: the count that leads `add_working_days` there.

        With `end` before `start` it is the negative count of working days from `end` on, `start` left out.
        """
        if end < start:
            return -sum(self.is_working_day(end + _DAY * n) for n in range((start - _plain(end)).days))
        return sum(self.is_working_day(start + _DAY * n) for n in range(1, (end - _plain(start)).days + 1))


STATE_COUNCIL: Final = WorkingCalendar(OVERRIDES, CALENDAR_VERSION)
"""The calendar in force."""


def is_working_day(day: date) -> bool:
    """Whether offices work on this day."""
    return STATE_COUNCIL.is_working_day(day)


def is_provisional(day: date) -> bool:
    """Whether this day's year has not been announced yet."""
    return STATE_COUNCIL.is_provisional(day)


def add_working_days(start: date, count: int) -> date:
    """The day that is `count` working days after `start`."""
    return STATE_COUNCIL.add_working_days(start, count)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`."""
    return STATE_COUNCIL.working_days_between(start, end)


def local_date(instant: datetime) -> date:
    """The date people in China write at this instant; raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no date")
    return instant.astimezone(LOCAL).date()


def deadline_instant(day: date) -> datetime:
    """The last microsecond of the day in Asia/Shanghai, in UTC.

    Something is late when it happens after this instant. It still belongs to its own day, so a page that shows the
    deadline's date shows the right one.
    """
    return datetime.combine(_plain(day), time.max, LOCAL).astimezone(UTC)


def _plain(day: date) -> date:
    """Refuse a datetime where a date is meant: its date depends on a zone that only the caller knows."""
    if isinstance(day, datetime):
        raise TypeError("a date is needed, not an instant: use local_date()")
    return day
