"""Looks now and then at how much waits for agencies on the bus, and forgets what is too old to be told again.

The page shows what was seen; asking the broker while somebody waits for a page would make the page as slow as the broker.
"""

from datetime import timedelta
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from chassis.topology import EVENT_AGE
from chassis.work import Work
from services.notify.workers.sending import OpenWork
from tongxin_contracts.subjects import AGENCY_STREAM, agency_consumer

_PATIENCE: Final = 2.0
_FORGOTTEN_AT_ONCE: Final = 5_000
_ATTEMPTS_KEPT: Final = timedelta(days=180)

_WHICH: Final = "select id, committee, agency from subscription where ended_at is null and road = 'account'"
_SEEN: Final = """
insert into channel (subscription_id, committee, found, waiting, in_hand, looked_at)
select *, $6::timestamptz from unnest($1::uuid[], $2::text[], $3::boolean[], $4::int[], $5::int[])
on conflict (subscription_id) do update
    set found = excluded.found, waiting = excluded.waiting, in_hand = excluded.in_hand, looked_at = excluded.looked_at
"""
_FORGET_CONTENT: Final = """
update delivery set content = null, headers = null, state = case when state = 'waiting' then 'dead' else state end
where message_id in (select message_id from delivery where content is not null and at < $1 limit $2)
"""
_FORGET_ATTEMPTS: Final = "delete from attempt where id in (select id from attempt where at < $1 limit $2)"

_FORGET_SECRETS: Final = "update webhook set old_secret = null, old_until = null where old_until <= $1"


async def look(open_work: OpenWork, connection: Client) -> int:
    """See every agency's consumer once; never in a hurry, so it says that nothing is left to do."""
    async with open_work() as work:
        rows = await work.tx.raw.fetch(_WHICH)
    context = connection.jetstream(timeout=_PATIENCE)
    seen: dict[str, tuple[bool, int, int]] = {}
    for agency in {row["agency"] for row in rows}:
        try:
            info = await context.consumer_info(AGENCY_STREAM, agency_consumer(agency))
        except NotFoundError:
            seen[agency] = (False, 0, 0)
        except NatsError:
            continue  # the broker is away: what was seen last stays
        else:
            seen[agency] = (True, info.num_pending or 0, info.num_ack_pending or 0)
    known = [(row["id"], row["committee"], *seen[row["agency"]]) for row in rows if row["agency"] in seen]
    if known:
        async with open_work() as work:
            columns: list[list[Any]] = [list(column) for column in zip(*known, strict=True)]
            await work.tx.raw.execute(_SEEN, *columns, work.now)
    return 0


async def forget(work: Work) -> int:
    """What the broker keeps no longer is kept here no longer, nor a secret that counts no longer; the record stays."""
    await work.tx.raw.execute(_FORGET_SECRETS, work.now)
    old = await work.tx.raw.execute(_FORGET_CONTENT, work.now - EVENT_AGE, _FORGOTTEN_AT_ONCE)
    older = await work.tx.raw.execute(_FORGET_ATTEMPTS, work.now - _ATTEMPTS_KEPT, _FORGOTTEN_AT_ONCE)
    return int(int(old.split()[-1]) + int(older.split()[-1]) >= _FORGOTTEN_AT_ONCE)
