"""Lets go of what the chassis keeps for a time only, a little at a time.

Always holds: answers to commands are kept 7 days, published outbox rows 90 days, as long as the broker keeps its
messages; a row that was not published is never touched, nor what is said of work that is still open, for nothing else
tells it to a follower that is new. A letter nobody cared for within 180 days is dropped by the
service itself, so that what waits behind it goes on (decisions 5, 8 and 15). History and disclosures are kept.
"""

from typing import Final

import structlog

from chassis.database import Database

log = structlog.get_logger()

BATCH: Final = 5000
"""Rows let go in one transaction."""
INTERVAL: Final = 3600.0

_STEPS: Final = {
    "answers": """
        delete from command_log where ctid in (
            select ctid from command_log where at < now() - interval '7 days' limit $1
        )
    """,
    "events": """
        delete from outbox where id in (
            select id from outbox where published_at < now() - interval '90 days'
                and not exists (select from task where task.id = outbox.aggregate and task.open)
            order by published_at limit $1
        )
    """,
    "letters": """
        update held set wish = 'drop' where id in (
            select id from held
            where reason not in ('gap', 'fork') and wish is null and held_at < now() - interval '180 days' limit $1
        )
    """,
}
_SEE_TASKS: Final = """
select set_config('app.committees', coalesce(string_agg(distinct committee, ','), ''), true)
from outbox where published_at < now() - interval '90 days'
"""
"""Tasks stand behind the wall: those of the committees whose old events are looked at must be seen, or none is open."""


async def tidy(database: Database) -> int:
    """One round as the worker: a batch of each kind; returns how many rows were let go."""
    total = 0
    for what, sql in _STEPS.items():
        async with database.transaction() as tx:
            await tx.raw.execute(_SEE_TASKS)
            done: str = await tx.raw.execute(sql, BATCH)
        number = int(done.rsplit(" ", 1)[-1])
        if number:
            log.info("tidied", what=what, rows=number)
        total += number
    return total
