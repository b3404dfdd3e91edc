"""When somebody is reminded of open work, and whom a second step goes to. Pure; the steps are data.

Always holds: a step falls at nine in the morning of a working day; of two steps that were missed, the later one alone is
taken, so that a system that was away does not remind twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from services.notify.rules.mail_times import SHANGHAI
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import NoticeKind

AddWorkingDays = Callable[[date, int], date]


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to a deadline and past it."""

    name: str
    """Stored with the reminder; never renamed."""
    working_days: int
    """Counted from the day the work is due; negative is before."""
    kind: NoticeKind
    to_leader: bool = False
    """Whether it goes to who leads those that have to do it."""


STEPS: Final[Sequence[Step]] = (
    Step("before_7", -7, NoticeKind.DUE_SOON),
    Step("before_1", -1, NoticeKind.DUE_SOON),
    Step("after_1", 1, NoticeKind.OVERDUE),
    Step("escalate_3", 3, NoticeKind.ESCALATED, to_leader=True),
)
BY_NAME: Final[Mapping[str, Step]] = {step.name: step for step in STEPS}

LEADERS: Final[Mapping[Role, Role]] = {
    Role.PROPOSALS_OFFICE: Role.PROPOSALS_COMMITTEE,
    Role.REVIEW_GROUP: Role.PROPOSALS_COMMITTEE,
    Role.MEMBERS_OFFICE: Role.CHAIRS_MEETING,
    Role.COMMITTEE_OFFICE: Role.CHAIRS_MEETING,
    Role.PROPOSALS_COMMITTEE: Role.CHAIRS_MEETING,
    Role.UNIT_SIGNER: Role.INSPECTION_OFFICE,
}
"""Who is told of a role's overdue work. A unit's liaison, handler and checker are led by the unit's signer."""

URGENT: Final = frozenset({NoticeKind.OVERDUE, NoticeKind.ESCALATED, NoticeKind.REVIEW_OVERDUE})
"""Kinds that go out at once, digest or not."""

HOUR: Final = 9
REACH: Final = timedelta(days=14)
"""A step missed for longer than this is not made up for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that has come for all work due on a day."""

    step: Step
    due_on: date
    at: datetime
    """When the step fell; work opened later is not meant."""


def turns(now: datetime, add_working_days: AddWorkingDays) -> list[Turn]:
    """For which days of being due a step has come, at this instant."""
    today = now.astimezone(SHANGHAI).date()
    found: list[Turn] = []
    for offset in range(-REACH.days - 14, 32):
        due_on = today + timedelta(days=offset)
        latest: dict[bool, Turn] = {}
        for step in STEPS:
            at = datetime.combine(add_working_days(due_on, step.working_days), time(HOUR), SHANGHAI)
            if now - REACH < at <= now:
                latest[step.to_leader] = Turn(step, due_on, at)
        found += latest.values()
    return found
