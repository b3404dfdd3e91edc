"""Who does what in a unit, whole: what was known before is replaced."""

from collections.abc import Sequence

from sqlalchemy import delete

from chassis.inbox import Incoming
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.members.events import UnitStaffed


async def on_unit_staffed(events: Sequence[Incoming[UnitStaffed]], work: Work) -> None:
    """Two statements, however many units; of one unit told twice in a batch the last counts."""
    latest = {event.data.unit_id: event for event in events}
    await work.tx.sql.execute(delete(tables.unit_post).where(tables.unit_post.c.unit_id.in_(list(latest))))
    rows = [
        {
            "unit_id": unit_id,
            "person_id": post.person_id,
            "duty": post.duty,
            "committee": event.envelope.committee,
        }
        for unit_id, event in latest.items()
        for post in event.data.posts
    ]
    work.insert_later(tables.unit_post, rows)
