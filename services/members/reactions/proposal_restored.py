"""proposals' or consultation's database went back in time: facts made by events that hold no more are struck out.

The evidence stays, as always; should the same thing happen again, it counts again (`proposal_facts`).
"""

from collections.abc import Sequence
from typing import Final

from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.restoring import AggregateRestored

RESTORED: Final = "数据恢复：此事实所依据的记录已不存在"
"""Why such a fact is struck out; only for this reason it may come back by itself."""

_UNDONE: Final = """
update duty_fact set annulled_at = undone.at, annulled_because = $3
from unnest($1::uuid[], $2::timestamptz[]) as undone (event, at)
where duty_fact.source_event = undone.event and annulled_at is null
"""
_NOT_KEPT: Final = """
update duty_fact set annulled_at = $3, annulled_because = $4
where matter = $1 and source_event is not null and source_event <> all($2::uuid[]) and annulled_at is null
"""


async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
    """Strike out what is named, and what came of events that the owner does not name as kept."""
    undone = [(event_id, event.envelope.time) for event in events for event_id in event.data.undone]
    if undone:
        await work.tx.raw.execute(_UNDONE, [one[0] for one in undone], [one[1] for one in undone], RESTORED)
    for event in events:
        if event.data.kept is not None:
            await work.tx.raw.execute(
                _NOT_KEPT, event.data.aggregate_id, list(event.data.kept), event.envelope.time, RESTORED
            )
    for event in events:
        work.hint("dossier", event.envelope.committee)
