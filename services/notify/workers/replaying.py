"""Carries out replays, a batch at a time, so that ten thousand events neither fill a transaction nor the outbox at once.

Always holds: a replay goes on from its place whatever dies meanwhile, and tells each event once more, not twice.
"""

from typing import Final

from chassis.work import Work
from services.notify.replaying import tell_again
from services.notify.webhooks import TEST_EVENT

BATCH: Final = 500

_NEXT: Final = """
select r.*, s.agency, s.road, s.clearance, s.events, s.ended_at as subscription_ended
from replay r join subscription s on s.id = r.subscription_id
where r.finished_at is null order by r.asked_at limit 1 for update of r skip locked
"""
_BATCH: Final = """
select * from delivery
where subscription_id = $1 and at >= $2 and at < $3 and content is not null and event = any($4) and event <> $5
    and ($6::timestamptz is null or (at, message_id) > ($6, $7::uuid))
order by at, message_id limit $8 for update
"""
_ON: Final = """
update replay set done = done + $2, place_at = $3, place_id = $4, finished_at = $5 where id = $1
"""


async def replay(work: Work) -> int:
    """One batch of the replay that was asked for first; how many replays were worked on."""
    asked = await work.tx.raw.fetchrow(_NEXT)
    if asked is None:
        return 0
    rows = []
    if asked["subscription_ended"] is None:
        rows = await work.tx.raw.fetch(
            _BATCH, asked["subscription_id"], asked["since"], asked["until"], asked["events"], TEST_EVENT,
            asked["place_at"], asked["place_id"], BATCH,
        )  # fmt: skip
    await tell_again(asked, rows, asked["id"], work)
    place = (rows[-1]["at"], rows[-1]["message_id"]) if rows else (asked["place_at"], asked["place_id"])
    finished = work.now if len(rows) < BATCH else None
    await work.tx.raw.execute(_ON, asked["id"], len(rows), *place, finished)
    return 1
