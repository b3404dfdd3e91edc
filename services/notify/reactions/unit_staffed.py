"""Who does what in a unit is kept here, so that a unit's work is shown to its own people."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.members.events import UnitStaffed


async def on_unit_staffed(events: Sequence[Incoming[UnitStaffed]], work: Work) -> None:
    """Replace the posts of these units, two statements; of one unit staffed twice in a batch the last one counts."""
    last = {event.data.unit_id: event for event in events}
    await work.tx.sql.execute(delete(tables.unit_post).where(tables.unit_post.c.unit_id.in_(last)))
    posts = [
        {
            "unit_id": unit_id,
            "person_id": post.person_id,
            "duty": post.duty.value,
            "committee": event.envelope.committee,
        }
        for unit_id, event in last.items()
        for post in event.data.posts
    ]
    if posts:
        await work.tx.sql.execute(insert(tables.unit_post).on_conflict_do_nothing(), posts)
    for event in events:
        work.hint("task", event.envelope.committee)
