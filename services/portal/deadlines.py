"""Deadlines in words: what a chip on a page says, so that colour is never the only sign.

Always holds: what is still to come is counted in working days, what is past in calendar days, and the day itself
is neither.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from chassis.calendar import working_days_between

SOON: Final = 3
"""From so many working days on a deadline is shown as near."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A deadline as people read it."""

    words: str
    tone: Literal["calm", "near", "today", "over"]
    icon: str


def chip(due: date, today: date) -> Chip:
    """What to say of a deadline today."""
    if due < today:
        return Chip(f"已超期 {(today - due).days} 天", "over", "alert-triangle")
    if due == today:
        return Chip("今天到期", "today", "clock")
    left = working_days_between(today, due)
    if left == 0:
        # Only holidays lie between: "0 working days" would read as if it were over.
        return Chip(f"还剩 {(due - today).days} 天，均为休息日", "today", "clock")
    return Chip(f"还剩 {left} 个工作日", "near" if left <= SOON else "calm", "clock")
