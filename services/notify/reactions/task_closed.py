"""It is done: off the list, so that nobody is reminded of it."""

from collections.abc import Sequence

from sqlalchemy import update

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.tasks import TaskClosed


async def on_task_closed(events: Sequence[Incoming[TaskClosed]], work: Work) -> None:
    """Close them all, one statement; an instant of the batch is near enough for when."""
    await work.tx.sql.execute(
        update(tables.todo)
        .where(tables.todo.c.task_id.in_([event.data.task_id for event in events]))
        .values(closed_at=max(event.envelope.time for event in events))
    )
    for event in events:
        work.hint("task", event.envelope.committee)
