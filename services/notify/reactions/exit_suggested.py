"""A member learns that the year ended below the floor, and who decides."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import texts
from tongxin_contracts.members.events import ExitSuggested


async def on_exit_suggested(events: Sequence[Incoming[ExitSuggested]], work: Work) -> None:
    """Tell the members themselves."""
    await tell(
        events,
        work,
        whom=lambda event: event.person_id,
        what=lambda event: texts.exit_suggested(event.year, event.points, event.floor),
    )
