"""Tells persons: one event tells one person once, whatever is delivered twice."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from services.notify.rules.texts import Text
from tongxin_contracts.message import Event

E = TypeVar("E", bound=Event)


async def tell(
    events: Sequence[Incoming[E]], work: Work, *, whom: Callable[[E], UUID], what: Callable[[E], Text]
) -> None:
    """Write a notice for each event's person, one statement for all."""
    rows = []
    for event in events:
        work.hint("notice", event.envelope.committee)
        person, text = whom(event.data), what(event.data)
        rows.append(
            {
                "id": derived_id("notice", event.envelope.id, person),
                "committee": event.envelope.committee,
                "person": person,
                "kind": text.kind,
                "title": text.title,
                "body": text.body,
                "matter": event.envelope.aggregate,
                "at": event.envelope.time,
            }
        )
    await work.tx.sql.execute(insert(tables.notice).values(rows).on_conflict_do_nothing())
