"""The first proposer learns that it is closed, and as what."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import HandlingClosed


async def on_handling_closed(events: Sequence[Incoming[HandlingClosed]], work: Work) -> None:
    """Tell the first proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.closed(event.title, event.result, again=event.again),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)
