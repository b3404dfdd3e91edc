"""The proposer learns the ground in time."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import texts
from tongxin_contracts.proposals.events import ProposalNotFiled


async def on_proposal_not_filed(events: Sequence[Incoming[ProposalNotFiled]], work: Work) -> None:
    """Tell the proposers."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.not_filed(event.title, event.ground, event.explanation),
    )
