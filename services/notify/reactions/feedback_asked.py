"""Each proposer learns that their word is wanted, and until when."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import FeedbackAsked


async def on_feedback_asked(events: Sequence[Incoming[FeedbackAsked]], work: Work) -> None:
    """Tell whoever is asked, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.asked,
        what=lambda event: texts.asked(event.title, event.closes_at, again=event.round > 1),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)
