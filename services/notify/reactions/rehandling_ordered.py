"""The proposers learn that it is handled once more."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import ReHandlingOrdered


async def on_rehandling_ordered(events: Sequence[Incoming[ReHandlingOrdered]], work: Work) -> None:
    """Tell the proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.rehandling(event.title, event.due_at),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)
