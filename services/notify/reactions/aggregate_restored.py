"""An owner's database went back in time: notices of what holds no more are taken off people's lists.

A mail that went out cannot be taken back; staff works through the owner's list of what went back.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.restoring import AggregateRestored


async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
    """Three statements, however many events: a notice's id is made from its event and its person.

    An aggregate that its owner knows nothing of may be a task: then nobody has that work any more.
    """
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
    unknown = [event.data.aggregate_id for event in events if event.data.kept_version == 0]
    todo = tables.todo.c
    await work.tx.sql.execute(
        update(tables.todo)
        .where(todo.task_id.in_(unknown), todo.closed_at.is_(None))
        .values(closed_at=events[-1].envelope.time)
    )
    for event in events:
        work.hint("task", event.envelope.committee)
        work.hint("notice", event.envelope.committee)
