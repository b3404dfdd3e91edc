"""The proposers learn what their text becomes."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import ProposalConverted


async def on_proposal_converted(events: Sequence[Incoming[ProposalConverted]], work: Work) -> None:
    """Tell the proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: review_texts.converted(event.title, event.target, event.explanation),
    )
    await forward(events, work)
