"""A proposal was handed in: its first submission counts, a corrected one does not count again."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.members.reactions.proposal_facts import record_authors
from tongxin_contracts.proposals.events import ProposalSubmitted
from tongxin_contracts.words import DutyKind


async def on_proposal_submitted(events: Sequence[Incoming[ProposalSubmitted]], work: Work) -> None:
    """Keep it as evidence for every author."""
    first = [event for event in events if not event.data.again]
    if first:
        await record_authors(
            first, work, DutyKind.PROPOSAL_SUBMITTED, lambda submitted: f"《{submitted.title}》"
        )
