"""An owner's database went back in time: notices of what holds no more are taken off people's lists.

A mail that went out cannot be taken back; staff works through the owner's list of what went back.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.restoring import AggregateRestored


async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
    """Two statements, however many events: a notice's id is made from its event and its person."""
    undone: dict[UUID, set[UUID]] = {}
    for event in events:
        undone.setdefault(event.data.aggregate_id, set()).update(event.data.undone)
    notice = tables.notice.c
    told = await work.tx.sql.execute(
        select(notice.id, notice.matter, notice.person).where(notice.matter.in_(list(undone)))
    )
    gone = [
        row.id
        for row in told
        if row.id in {derived_id("notice", event_id, row.person) for event_id in undone[row.matter]}
    ]
    if gone:
        await work.tx.sql.execute(delete(tables.notice).where(notice.id.in_(gone)))
    for event in events:
        work.hint("notice", event.envelope.committee)
