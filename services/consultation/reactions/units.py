"""Handling units and who works in them, as members tells it."""

from collections.abc import Sequence

from sqlalchemy import delete

from chassis.inbox import Incoming
from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.members.events import UnitRegistered, UnitStaffed


async def on_unit_registered(events: Sequence[Incoming[UnitRegistered]], work: Work) -> None:
    """Keep name and standing; of one unit told twice in a batch the last counts."""
    rows = {
        event.data.unit_id: {
            "id": event.data.unit_id,
            "committee": event.envelope.committee,
            "name": event.data.name,
            "active": event.data.active,
        }
        for event in events
    }
    work.insert_later(tables.unit, list(rows.values()), key="id", replacing=("name", "active"))


async def on_unit_staffed(events: Sequence[Incoming[UnitStaffed]], work: Work) -> None:
    """Who works there, whole: what was known before is replaced."""
    latest = {event.data.unit_id: event for event in events}
    post = tables.unit_post
    await work.tx.sql.execute(delete(post).where(post.c.unit_id.in_(latest)))
    rows = [
        {"unit_id": unit_id, "person_id": person, "committee": event.envelope.committee}
        for unit_id, event in latest.items()
        for person in dict.fromkeys(one.person_id for one in event.data.posts)
    ]
    work.insert_later(post, rows)
