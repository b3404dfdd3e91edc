"""Somebody has something to do: it stands in the one table until its owner says that it is done."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.tasks import TaskOpened

_SET_AGAIN = ("title", "person", "role", "unit", "about", "due_at", "opened_at", "closed_at")


async def on_task_opened(events: Sequence[Incoming[TaskOpened]], work: Work) -> None:
    """Put it on the list, or back on it; of one task opened twice in a batch the last opening counts."""
    rows = {
        event.data.task_id: {
            "task_id": event.data.task_id,
            "committee": event.envelope.committee,
            "kind": event.data.kind,
            "title": event.data.title,
            "matter": event.data.matter,
            "person": event.data.assignee_person,
            "role": event.data.assignee_role,
            "unit": event.data.assignee_unit,
            "about": event.data.about,
            "due_at": event.data.due_at,
            "opened_at": event.envelope.time,
            "closed_at": None,
        }
        for event in events
    }
    work.insert_later(tables.todo, list(rows.values()), key="task_id", replacing=_SET_AGAIN)
    for event in events:
        work.hint("task", event.envelope.committee)
