"""What is filed can be taken as a topic."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.proposals.events import ProposalFiled


async def on_proposal_filed(events: Sequence[Incoming[ProposalFiled]], work: Work) -> None:
    """Keep what a topic needs of each proposal."""
    rows = {
        event.data.proposal_id: {
            "proposal_id": event.data.proposal_id,
            "committee": event.envelope.committee,
            "number": event.data.number,
            "title": event.data.title,
            "category": event.data.category,
            "filed_at": event.envelope.time,
            "proposers": [event.data.first_proposer, *event.data.co_proposers],
        }
        for event in events
    }
    # One that was taken as a topic stays through a restore of its owner: it takes the authors as they stand.
    work.insert_later(
        tables.candidate,
        list(rows.values()),
        key="proposal_id",
        replacing=("number", "title", "proposers"),
    )
    for event in events:
        work.hint("topic", event.envelope.committee)
