"""The authors of the one that goes on learn who has joined them."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined


async def on_authors_joined(events: Sequence[Incoming[ProposalAuthorsJoined]], work: Work) -> None:
    """Tell those who were there before, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: [
            one for one in (event.first_proposer, *event.co_proposers) if one not in event.joined
        ],
        what=lambda event: review_texts.taken_in(event.title, event.number, len(event.joined)),
    )
    await forward(events, work)
