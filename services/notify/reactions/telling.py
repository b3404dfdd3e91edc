"""Tells persons: one event tells one person once, whatever is delivered twice."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from services.notify.rules.texts import Text
from tongxin_contracts.message import Event

E = TypeVar("E", bound=Event)
Whom = UUID | Iterable[UUID]
"""One person or several; somebody named twice is told once."""


async def tell(
    events: Sequence[Incoming[E]],
    work: Work,
    *,
    whom: Callable[[E], Whom],
    what: Callable[[E], Text],
    matter: Callable[[E], UUID] | None = None,
) -> None:
    """Write a notice for each event's persons, one statement for all; an event that concerns nobody writes none.

    `matter` says what the notice's page shows where that is not the event's own aggregate.
    """
    rows = []
    for event in events:
        text, persons = what(event.data), _persons(whom(event.data))
        if persons:
            work.hint("notice", event.envelope.committee)
        about = matter(event.data) if matter else event.envelope.aggregate
        rows += [_notice(event, person, text, about) for person in persons]
    work.insert_later(tables.notice, rows)


def _persons(whom: Whom) -> tuple[UUID, ...]:
    return (whom,) if isinstance(whom, UUID) else tuple(dict.fromkeys(whom))


def _notice(event: Incoming[E], person: UUID, text: Text, matter: UUID) -> dict[str, Any]:
    return {
        "id": derived_id("notice", event.envelope.id, person),
        "committee": event.envelope.committee,
        "person": person,
        "kind": text.kind,
        "title": text.title,
        "body": text.body,
        "matter": matter,
        "at": event.envelope.time,
    }
