"""What the outbox calls published is in the stream: looked at where it was published last."""

from collections.abc import Sequence
from typing import Any, Final

from nats.js.errors import NotFoundError

from chassis.invariants.invariant import Invariant, Look
from tongxin_contracts.envelope import MESSAGE_ID

RECENT: Final = 500
"""Rows looked at in each stream; of each subject among them the newest is asked for."""

_NEWEST: Final = """
select distinct on (subject) subject, message_id, id from (
    select subject, message_id, id, published_at from outbox where stream = $1 order by id desc limit $2
) as recent
where published_at < $3::timestamptz - interval '1 minute' and published_at > $3::timestamptz - interval '6 days'
order by subject, id desc
"""
_LATER: Final = "select exists (select from outbox where stream = $1 and message_id = $2 and id > $3)"


class EventsAreInTheStream(Invariant):
    """The last event of each subject that was published a minute ago is the stream's last of that subject, or older.

    Whole streams are compared with whole outboxes by the reconciliation; this sees within minutes that a stream lost
    its end: restored, purged, made anew.
    """

    name = "events_are_in_the_stream"
    reason = "An event marked as published that the broker has lost reaches nobody, and no retry ever comes."

    async def violations(self, look: Look) -> Sequence[str]:
        """Ask the broker for the last message of each subject."""
        lost: list[str] = []
        for stream in look.streams:
            for row in await look.sql.fetch(_NEWEST, stream, RECENT, look.now):
                if not await self._is_there(look, stream, row):
                    lost.append(str(row["message_id"]))
        return lost

    async def _is_there(self, look: Look, stream: str, row: Any) -> bool:
        try:
            last = await look.connection.jetstream().get_last_msg(stream, row["subject"], direct=True)
        except NotFoundError:
            return False
        found = (last.headers or {}).get(MESSAGE_ID)
        if found == str(row["message_id"]):
            return True
        # Something newer was published meanwhile, or is a copy told again: then the end of the stream is not lost.
        later: bool = await look.sql.fetchval(_LATER, stream, found, row["id"]) if found else False
        return later
