"""Whoever is on duty learns when and where, and when it is cancelled."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import duty_texts
from tongxin_contracts.members.duty_days import DutyDayAssigned, DutyDayCancelled


async def on_duty_day_assigned(events: Sequence[Incoming[DutyDayAssigned]], work: Work) -> None:
    """Tell those who are new, or for whom the time or the place is."""
    await tell(
        events,
        work,
        whom=lambda event: event.newly,
        what=lambda event: duty_texts.duty_assigned(
            event.name, event.on, event.begins, event.ends, event.place
        ),
    )


async def on_duty_day_cancelled(events: Sequence[Incoming[DutyDayCancelled]], work: Work) -> None:
    """Tell everybody who was on duty."""
    await tell(
        events,
        work,
        whom=lambda event: event.people,
        what=lambda event: duty_texts.duty_cancelled(event.name, event.on, event.reason),
    )
