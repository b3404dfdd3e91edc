"""Whoever put something forward learns what consultation made of it."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.rules import consultation_texts
from tongxin_contracts.consultation.planning import TopicAssessed
from tongxin_contracts.consultation.processes import ProcessStarted
from tongxin_contracts.proposals.evidence import EvidenceAdded


async def on_topic_assessed(events: Sequence[Incoming[TopicAssessed]], work: Work) -> None:
    """Tell who put the topic forward."""
    await tell(
        events,
        work,
        whom=lambda event: [event.proposed_by] if event.proposed_by else [],
        what=lambda event: consultation_texts.topic_assessed(
            event.title, event.reason, accepted=event.accepted
        ),
    )


async def on_process_started(events: Sequence[Incoming[ProcessStarted]], work: Work) -> None:
    """Tell who brought the matter, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: event.proposers,
        what=lambda event: consultation_texts.started(event.title, event.template_name, event.step_name),
    )
    await forward(events, work)


async def on_evidence_added(events: Sequence[Incoming[EvidenceAdded]], work: Work) -> None:
    """Tell the proposers, then the agencies."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: consultation_texts.evidence_added(
            event.title, event.template_name, event.outcome, event.summary
        ),
    )
    await forward(events, work)
