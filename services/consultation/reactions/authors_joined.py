"""Another proposal was merged into one that could become a topic: its authors brought the matter too."""

from collections.abc import Sequence

from sqlalchemy import bindparam, update

from chassis.inbox import Incoming
from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined


async def on_authors_joined(events: Sequence[Incoming[ProposalAuthorsJoined]], work: Work) -> None:
    """All authors as they stand now; one that is not filed yet is told with its filing."""
    table = tables.candidate
    latest = {
        event.data.proposal_id: [event.data.first_proposer, *event.data.co_proposers] for event in events
    }
    await work.tx.sql.execute(
        update(table)
        .where(table.c.proposal_id == bindparam("proposal"))
        .values(proposers=bindparam("authors")),
        [{"proposal": proposal, "authors": authors} for proposal, authors in latest.items()],
    )
