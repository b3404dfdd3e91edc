"""A member learns that somebody asks for their name."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import CoProposerInvited


async def on_co_proposer_invited(events: Sequence[Incoming[CoProposerInvited]], work: Work) -> None:
    """Tell who is asked."""
    await tell(
        events,
        work,
        whom=lambda event: event.person,
        what=lambda event: review_texts.invited(event.title, again=event.again),
    )
