"""The first proposer learns what the committee found."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import CommitmentSettled


async def on_commitment_settled(events: Sequence[Incoming[CommitmentSettled]], work: Work) -> None:
    """Tell the first proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.commitment_settled(
            event.title, event.reason, event.postponed_to, kept=event.kept
        ),
        matter=lambda event: event.commitment_id,
    )
    await forward(events, work)
