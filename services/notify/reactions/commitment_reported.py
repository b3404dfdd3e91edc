"""The first proposer learns what the unit says of its promise."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import CommitmentReported


async def on_commitment_reported(events: Sequence[Incoming[CommitmentReported]], work: Work) -> None:
    """Tell the first proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.commitment_reported(event.title, event.done),
        matter=lambda event: event.commitment_id,
    )
    await forward(events, work)
