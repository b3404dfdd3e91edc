"""proposals' database went back in time: what is not filed any more can no longer be taken as a topic.

A topic that was taken already stays: it is this service's own, and staff decide about it.
"""

from collections.abc import Sequence

from sqlalchemy import delete

from chassis.inbox import Incoming
from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.restoring import AggregateRestored


async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
    """Take candidates off the list whose filing holds no more."""
    unfiled = [event.data.aggregate_id for event in events if _holds_no_more(event.data)]
    if unfiled:
        candidate = tables.candidate.c
        await work.tx.sql.execute(
            delete(tables.candidate).where(candidate.proposal_id.in_(unfiled), candidate.topic_id.is_(None))
        )
    for event in events:
        work.hint("topic", event.envelope.committee)


def _holds_no_more(restored: AggregateRestored) -> bool:
    if "proposal_filed" in restored.undone_names:
        return True
    return restored.kept is not None and "proposal_filed" not in restored.kept_names
