"""待办 as its owner sees it: which work is open on which matter, and the two events that say so.

A task's id is made from matter and kind, so opening an open task or closing a closed one says nothing; the row keeps
the version, because a task can be opened again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.ids import derived_id
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED
from tongxin_contracts.words import TaskKind

if TYPE_CHECKING:
    from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What is to be done, on what, by whom, until when."""

    kind: TaskKind
    matter: UUID
    title: str
    person: UUID | None = None
    """The person who has to do it; None when a role has to."""
    role: str | None = None
    """The role that has to do it; None when a person has to."""
    unit: UUID | None = None
    """With a role: only this handling unit's people."""
    due_at: datetime | None = None
    about: UUID | None = None
    """What the task's page shows, where that is not `matter` itself."""


_OPEN = """
insert into task (id, committee, matter, kind, version, open) values ($1, $2, $3, $4, 1, true)
on conflict (id) do update set open = true, version = task.version + 1 where not task.open
returning version
"""
_CLOSE = """
update task set open = false, version = version + 1
where matter = $1 and open and ($2::text[] is null or kind = any($2))
returning id, version, committee
"""


async def open_task(work: "Work", opened: Opened, *, because: Envelope | None = None) -> None:
    """Open a task and state it, unless it is open already."""
    committee = because.committee if because else work.committee
    task_id = derived_id("task", opened.matter, opened.kind.value)
    version = await work.tx.raw.fetchval(_OPEN, task_id, committee, opened.matter, opened.kind.value)
    if version is None:
        return
    event = TASK_OPENED[work.service](
        task_id=task_id,
        kind=opened.kind,
        title=opened.title,
        matter=opened.matter,
        assignee_person=opened.person,
        assignee_role=opened.role,
        assignee_unit=opened.unit,
        about=opened.about,
        due_at=opened.due_at,
    )
    work.publish(event, aggregate=task_id, version=version, because=because, committee=committee)


async def close_tasks(
    work: "Work",
    matter: UUID,
    *,
    kinds: Collection[TaskKind] | None = None,
    because: Envelope | None = None,
) -> None:
    """Close whatever is open on a matter, or only these kinds; one statement, and state each closing."""
    only = None if kinds is None else [kind.value for kind in kinds]
    for row in await work.tx.raw.fetch(_CLOSE, matter, only):
        event = TASK_CLOSED[work.service](task_id=row["id"])
        work.publish(
            event, aggregate=row["id"], version=row["version"], because=because, committee=row["committee"]
        )
