"""When mail goes out: quiet hours, the next digest, how long to wait after a failure. Pure, in Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from tongxin_contracts.words import Digest

SHANGHAI: Final = timezone(timedelta(hours=8))
DIGEST_HOUR: Final = 8
"""Digests go out at eight in the morning."""
MAX_ATTEMPTS: Final = 10
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=4)
_MONDAY: Final = 0


def after_quiet(now: datetime, quiet_from: int | None, quiet_to: int | None) -> datetime:
    """The first instant from now on that lies outside the person's quiet hours; 22 to 7 goes over midnight."""
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return now
    local = now.astimezone(SHANGHAI)
    over_midnight = quiet_from > quiet_to
    inside = (
        local.hour >= quiet_from or local.hour < quiet_to
        if over_midnight
        else quiet_from <= local.hour < quiet_to
    )
    if not inside:
        return now
    ends_on = local.date() + timedelta(days=1 if over_midnight and local.hour >= quiet_from else 0)
    return datetime.combine(ends_on, time(quiet_to), SHANGHAI).astimezone(UTC)


def next_digest(after: datetime, digest: Digest, is_working_day: Callable[[date], bool]) -> datetime | None:
    """The first digest after an instant: a working day's morning, or Monday's; None for who wants none."""
    if digest is Digest.OFF:
        return None
    day = after.astimezone(SHANGHAI).date()
    while True:
        at = datetime.combine(day, time(DIGEST_HOUR), SHANGHAI)
        fits = is_working_day(day) if digest is Digest.DAILY else day.weekday() == _MONDAY
        if fits and at > after:
            return at.astimezone(UTC)
        day += timedelta(days=1)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many refused attempts; None when it is given up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return min(_FIRST_WAIT * (1 << (attempts - 1)), _LONGEST_WAIT)
