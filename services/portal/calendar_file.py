"""Days of duty as a calendar file that phones take (RFC 5545).

Always holds: lines end in CRLF and are at most 75 octets, never cut inside a character; times are in UTC; an event's
UID is the day's own id, so that a file taken again updates the calendar instead of doubling it.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from tongxin_contracts.members.duty_days import DutyDayRow
from tongxin_contracts.words import DutyDayState

LOCAL: Final = ZoneInfo("Asia/Shanghai")
MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
_OCTETS_MAX: Final = 75


def calendar_file(days: Iterable[DutyDayRow], now: datetime) -> bytes:
    """The days as one calendar."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tongxin//duty days//ZH", "METHOD:PUBLISH"]
    for day in days:
        lines += _event(day, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(day: DutyDayRow, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{day.day_id}@tongxin"
    yield f"SEQUENCE:{day.version}"
    yield f"DTSTAMP:{_instant(now)}"
    yield f"DTSTART:{_instant(_at(day.on, day.begins))}"
    yield f"DTEND:{_instant(_at(day.on, day.ends))}"
    yield f"SUMMARY:{_escaped(day.name)}"
    yield f"LOCATION:{_escaped(day.place)}"
    yield f"STATUS:{'CANCELLED' if day.state is DutyDayState.CANCELLED else 'CONFIRMED'}"
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_escaped(day.name)}"
    yield "TRIGGER:-P1D"
    yield "END:VALARM"
    yield "END:VEVENT"


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LOCAL)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """The line in parts; each one after the first begins with a space, as the standard wants it."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS_MAX:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part
