"""待办: what somebody has to do next, said by the service that owns the matter, kept in one table by notify.

Every service may state these two events; each one does so on its own subjects. A task's id is made from the matter
and the kind of work, so that opening it twice opens it once and closing needs no look-up.
"""

from datetime import datetime
from types import new_class
from typing import Any, TypeVar, cast
from uuid import UUID

from .classification import Internal, Public
from .message import Event
from .subjects import OWNERS, ServiceName
from .words import TaskKind


class TaskOpened(Event):
    """Somebody has something to do: one person, or whoever holds a role in the committee."""

    task_id: Public[UUID]
    kind: Public[TaskKind]
    title: Internal[str]
    """What it is about, as people call it: a proposal's title."""
    matter: Public[UUID]
    """What the work is on: an aggregate, or a unit's part in one."""
    about: Public[UUID | None] = None
    """What the task's page shows, where that is not `matter` itself; which page follows from `kind`."""
    assignee_person: Internal[UUID | None] = None
    """Who has to do it; None when a role has to."""
    assignee_role: Public[str | None] = None
    """Which role of the committee has to do it; None when one person has to."""
    assignee_unit: Public[UUID | None] = None
    """With a role: only that unit's people; None for the committee's own staff."""
    due_at: Public[datetime | None] = None


class TaskClosed(Event):
    """It is done, or need not be done any more."""

    task_id: Public[UUID]


E = TypeVar("E", bound=Event)


def _of(base: type[E], service: ServiceName) -> type[E]:
    """The same event as stated by one service; the class is the contract, so there is one for each owner."""

    def fill(namespace: dict[str, Any]) -> None:
        namespace.update(__module__=__name__, __doc__=base.__doc__)

    return cast("type[E]", new_class(base.__name__, (base,), {"service": service, "aggregate": "task"}, fill))


TASK_OPENED: dict[ServiceName, type[TaskOpened]] = {service: _of(TaskOpened, service) for service in OWNERS}
TASK_CLOSED: dict[ServiceName, type[TaskClosed]] = {service: _of(TaskClosed, service) for service in OWNERS}
