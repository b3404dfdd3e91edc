"""What to call a committee, as the session it opened names it."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.members.events import SessionOpened

_NAME = """
insert into committee (code, name) select * from unnest($1::text[], $2::text[])
on conflict (code) do update set name = excluded.name
"""


async def on_session_opened(events: Sequence[Incoming[SessionOpened]], work: Work) -> None:
    """Keep the names; of several in a batch the last one counts."""
    names = {event.envelope.committee: event.data.committee_name for event in events}
    await work.tx.raw.execute(_NAME, list(names), list(names.values()))
