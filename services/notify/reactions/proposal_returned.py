"""The proposer learns what is to be changed."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import texts
from tongxin_contracts.proposals.events import ProposalReturned


async def on_proposal_returned(events: Sequence[Incoming[ProposalReturned]], work: Work) -> None:
    """Tell the proposers."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.returned(event.title, event.reason),
    )
