"""The proposer learns the number, and agencies that follow the committee are told."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import texts
from tongxin_contracts.proposals.events import ProposalFiled


async def on_proposal_filed(events: Sequence[Incoming[ProposalFiled]], work: Work) -> None:
    """Tell the proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.filed(event.title, event.number),
    )
    await forward(events, work)
