"""The proposer learns that it has arrived and when to expect an answer."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import texts
from tongxin_contracts.proposals.events import ProposalSubmitted


async def on_proposal_submitted(events: Sequence[Incoming[ProposalSubmitted]], work: Work) -> None:
    """Tell the proposers."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.submitted(event.title, again=event.again),
    )
