"""When a delivery is tried again: the schedule of Standard Webhooks, with jitter.

The first attempt is at once; after the last one the delivery is dead. All of it takes a little over three days.
"""

from datetime import timedelta
from typing import Final

SCHEDULE: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER: Final = 0.1
"""Up to a tenth more, so that what failed together does not come back together."""


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many attempts (1 or more); `chance` is from 0 to 1. None: it was the last one."""
    if attempts > len(SCHEDULE):
        return None
    return SCHEDULE[attempts - 1] * (1 + JITTER * chance)
