"""Co-proposers learn that the first proposer took it back."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import ProposalWithdrawn


async def on_proposal_withdrawn(events: Sequence[Incoming[ProposalWithdrawn]], work: Work) -> None:
    """Tell the co-proposers."""
    await tell(
        events,
        work,
        whom=lambda event: event.co_proposers,
        what=lambda event: review_texts.withdrawn(event.title, event.reason),
    )
