"""待办 as its owner sees it: which work is open on which matter, and the two events that say so.

A task's id is made from matter and kind, so opening an open task or closing a closed one says nothing; the row keeps
the version, because a task can be opened again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from chassis.ids import derived_id
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED, TaskOpened
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
    because: Envelope | None = None
    """The event this one task comes from, in a reaction that opens tasks for many events at once."""

    @property
    def task_id(self) -> UUID:
        """The same for ever for one matter and kind."""
        return derived_id("task", self.matter, self.kind.value)


_OPEN = """
insert into task (id, committee, matter, kind, version, open)
select *, true from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[])
on conflict (id) do update set open = true, version = task.version + 1 where not task.open
returning id, version
"""
_CLOSE = """
update task set open = false, version = version + 1
where matter = any($1) and open and ($2::text[] is null or kind = any($2))
returning id, version, committee
"""


async def open_tasks(work: "Work", many: Sequence[Opened], *, because: Envelope | None = None) -> None:
    """Open tasks and state those that were not open yet; one statement, however many.

    Rows are locked in the order of their ids, so that two transactions cannot wait for each other; of two for one
    matter and kind the first counts.
    """
    wanted: dict[UUID, Opened] = {}
    for opened in many:
        wanted.setdefault(opened.task_id, opened)
    if not wanted:
        return
    ids = sorted(wanted)
    causes = {task_id: wanted[task_id].because or because for task_id in ids}
    rows = await work.tx.raw.fetch(
        _OPEN,
        ids,
        [_committee(work, causes[task_id]) for task_id in ids],
        [wanted[task_id].matter for task_id in ids],
        [wanted[task_id].kind.value for task_id in ids],
        [work.tools.floors.get(task_id, 0) + 1 for task_id in ids],
    )
    versions = {row["id"]: row["version"] for row in rows}
    for task_id in (task_id for task_id in wanted if task_id in versions):
        cause = causes[task_id]
        work.publish(
            _stated(work, wanted[task_id]),
            aggregate=task_id,
            version=versions[task_id],
            because=cause,
            committee=_committee(work, cause),
        )


def _committee(work: "Work", because: Envelope | None) -> str:
    return because.committee if because else work.committee


def _stated(work: "Work", opened: Opened) -> TaskOpened:
    return TASK_OPENED[work.service](
        task_id=opened.task_id,
        kind=opened.kind,
        title=opened.title,
        matter=opened.matter,
        assignee_person=opened.person,
        assignee_role=opened.role,
        assignee_unit=opened.unit,
        about=opened.about,
        due_at=opened.due_at,
    )


async def close_tasks(
    work: "Work",
    matter: UUID | Collection[UUID],
    *,
    kinds: Collection[TaskKind] | None = None,
    because: Envelope | None = None,
) -> None:
    """Close whatever is open on a matter, or on several, or only these kinds; one statement, and state each closing."""
    matters = [matter] if isinstance(matter, UUID) else list(matter)
    only = None if kinds is None else [kind.value for kind in kinds]
    for row in await work.tx.raw.fetch(_CLOSE, matters, only):
        event = TASK_CLOSED[work.service](task_id=row["id"])
        work.publish(
            event, aggregate=row["id"], version=row["version"], because=because, committee=row["committee"]
        )
