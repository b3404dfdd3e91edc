"""The first proposer learns who signs and who does not."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import review_texts
from tongxin_contracts.proposals.review_events import InvitationAnswered


async def on_invitation_answered(events: Sequence[Incoming[InvitationAnswered]], work: Work) -> None:
    """Tell the first proposers."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: review_texts.answered(event.title, accepted=event.accepted),
    )
