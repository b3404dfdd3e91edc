"""A handling unit as members tells of it: whom the office can choose."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.members.events import UnitRegistered


async def on_unit_registered(events: Sequence[Incoming[UnitRegistered]], work: Work) -> None:
    """Keep name and standing; of one unit told twice in a batch the last counts."""
    rows = {
        event.data.unit_id: {
            "id": event.data.unit_id,
            "committee": event.envelope.committee,
            "name": event.data.name,
            "short_name": event.data.short_name,
            "active": event.data.active,
        }
        for event in events
    }
    known = list(rows.values())
    work.insert_later(tables.unit, known, key="id", replacing=("name", "short_name", "active"))
