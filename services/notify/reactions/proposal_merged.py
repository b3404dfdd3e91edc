"""All authors of a merged proposal learn where it goes on."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import ProposalMerged


async def on_proposal_merged(events: Sequence[Incoming[ProposalMerged]], work: Work) -> None:
    """Tell the authors, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: review_texts.merged(
            event.title, event.into_title, event.into_number, event.explanation
        ),
    )
    await forward(events, work)
