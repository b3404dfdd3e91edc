"""立案: its authors get the credit, with the number as evidence."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.members.reactions.proposal_facts import record_authors
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.words import DutyKind


async def on_proposal_filed(events: Sequence[Incoming[ProposalFiled]], work: Work) -> None:
    """Keep it as evidence for every author."""
    await record_authors(
        events, work, DutyKind.PROPOSAL_FILED, lambda filed: f"{filed.number}《{filed.title}》"
    )
