"""The first proposer learns that a promise has come due and that the unit was asked."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import CommitmentDue


async def on_commitment_due(events: Sequence[Incoming[CommitmentDue]], work: Work) -> None:
    """Tell the first proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.commitment_due(event.title, event.promise, event.due_on),
        matter=lambda event: event.commitment_id,
    )
    await forward(events, work)
