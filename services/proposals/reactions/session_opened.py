"""A session is open: its numbers can be given from now on."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from chassis.inbox import Incoming
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.members.events import SessionOpened


async def on_session_opened(events: Sequence[Incoming[SessionOpened]], work: Work) -> None:
    """Keep what numbering needs to know of the sessions."""
    statement = insert(tables.session).values(
        [
            {
                "id": event.data.session_id,
                "committee": event.envelope.committee,
                "term": event.data.term,
                "session": event.data.session,
                "cutoff_on": event.data.cutoff_on,
            }
            for event in events
        ]
    )
    await work.tx.sql.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={"cutoff_on": statement.excluded.cutoff_on}
        )
    )
