"""What is kept for a time only goes when its time is over, and nothing before."""

from uuid import uuid4

import asyncpg

from chassis.database import Database
from chassis.housekeeping import tidy
from tests.bus.wire import FAILS, Wire, letter, message


async def test_old_answers_and_published_events_go_and_what_was_not_published_stays(wire: Wire) -> None:
    aggregate, waiting = uuid4(), uuid4()
    await wire.state(message(aggregate, 1), message(aggregate, 2), message(waiting, 1))
    admin = await asyncpg.connect(wire.stack.admin_url.rsplit("/", 1)[0] + "/proposals")
    worker = Database(wire.stack.database_url("proposals", "worker"), pool_size=1)
    try:
        await admin.execute(
            "update outbox set published_at = now() - interval '91 days' where aggregate = $1 and version = 1",
            aggregate,
        )
        await admin.execute(
            "update outbox set published_at = now() - interval '89 days' where aggregate = $1 and version = 2",
            aggregate,
        )
        await admin.execute(
            "update outbox set created_at = now() - interval '1 year' where aggregate = $1", waiting
        )
        await admin.executemany(
            "insert into command_log (actor, command_id, digest, at) values ('a', $1, 'd', now() - $2::text::interval)",
            [(uuid4(), "8 days"), (uuid4(), "6 days")],
        )
        assert await tidy(worker) == 2
        kept = await admin.fetch("select version from outbox where aggregate = any($1)", [aggregate, waiting])
        assert sorted(row["version"] for row in kept) == [1, 2]
        assert await admin.fetchval("select count(*) from outbox where aggregate = $1", waiting) == 1
        assert await admin.fetchval("select count(*) from command_log where actor = 'a'") == 1
        await admin.execute("delete from outbox where aggregate = any($1)", [aggregate, waiting])
    finally:
        await worker.close()
        await admin.close()


async def test_a_letter_nobody_cared_for_is_dropped_and_what_waits_behind_it_goes_on(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("forgotten"), uuid4()
    await inbox.take([letter(message(aggregate, 1, reason=FAILS)), letter(message(aggregate, 2))])
    await tidy(wire.inbox_database)
    await inbox.carry_out_wishes()
    assert await wire.effects(aggregate) == []
    await wire.admin.execute(
        "update held set held_at = now() - interval '181 days' where consumer = 'forgotten'"
    )
    await tidy(wire.inbox_database)
    await inbox.carry_out_wishes()
    assert await wire.effects(aggregate) == [2]
