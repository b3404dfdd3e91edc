"""Faults made on running processes, one alert after another: the figures they leave make exactly these alerts fire.

Beside `test_real_faults.py`, which has what stops a whole process or the bus.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from chassis.letters import list_letters, wish
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from tests.faults.observed import admin
from tests.house import COUNTY, House, person
from tests.portal_at_work import signed_in
from tests.proposals_at_work import handed_in
from tests.waiting import until
from tests.watching.conftest import Watched
from tests.watching.pages import values
from tests.watching.replayed import LONG, Later, Page, firing, measured
from tests.watching.work import Done
from tongxin_contracts.permissions import Role

ENOUGH = 12
"""A promise is told of as broken from ten bad cases on."""


async def scraped(watched: Watched) -> Page:
    """What is to be seen now."""
    return await asyncio.to_thread(measured, watched.ports())


async def whole(watched: Watched) -> Page:
    """What is to be seen once all is well again after the test before."""

    def ready() -> bool:
        said = [values(port, "tongxin_ready") for port in watched.stack.ports.health.values()]
        in_hand = values(watched.stack.ports.collector, "tongxin_consumer_ack_pending", kind="service")
        return said == [[1]] * len(said) and not any(in_hand)

    await asyncio.to_thread(until, ready, "all are ready and have taken everything", 30)
    return await scraped(watched)


@asynccontextmanager
async def server_of(watched: Watched, database: str) -> AsyncIterator[Any]:
    """The database server's superuser, in one database."""
    connection = await admin(watched.stack, database)
    try:
        yield connection
    finally:
        await connection.close()


async def test_a_row_that_breaks_what_must_always_hold(watched: Watched, done: Done, tmp_path: Path) -> None:
    before, port = await whole(watched), watched.stack.ports.health["consultation"]

    def found() -> list[float]:
        return values(port, "tongxin_invariant_violations", invariant="deadlines_fire")

    async with server_of(watched, "consultation") as database:
        deadline = uuid4()
        await database.execute(
            "insert into deadline values ($1, $2, gen_random_uuid(), 'nobody_fires_this', '', now(), '', $3)",
            deadline, COUNTY, datetime.now(UTC) - timedelta(hours=2),
        )  # fmt: skip
        try:
            await asyncio.to_thread(until, lambda: found() == [1], "the violation is seen")
            during = await scraped(watched)
        finally:
            await database.execute("delete from deadline where id = $1", deadline)
    assert await asyncio.to_thread(firing, before, during, {"InvariantViolated"}, tmp_path) == ""
    await asyncio.to_thread(until, lambda: found() == [0], "it is mended")


async def test_a_stream_made_small_by_hand(watched: Watched, done: Done, tmp_path: Path) -> None:
    """Its owner sees that it is not as provisioned, says that it is not ready, and the stream is nearly full."""
    stack, before = watched.stack, await whole(watched)
    port = stack.ports.health["proposals"]
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        jetstream = client.jetstream()
        info = await jetstream.stream_info("EVT_PROPOSALS")
        await jetstream.update_stream(info.config.evolve(max_bytes=int(info.state.bytes / 0.9)))

    def seen() -> bool:
        limit = values(stack.ports.collector, "tongxin_stream_limit_bytes", stream="EVT_PROPOSALS")
        return values(port, "tongxin_drift") == [1] and limit[0] < 2**30

    try:
        await asyncio.to_thread(until, seen, "owner and collector see it")
        during = await scraped(watched)
    finally:
        await asyncio.to_thread(stack.provision)
    expected = {"StreamNearLimit", "ConfigDrift", "ServiceDown"}
    assert await asyncio.to_thread(firing, before, during, expected, tmp_path) == ""


async def test_events_nobody_can_read_are_late(watched: Watched, done: Done, tmp_path: Path) -> None:
    """A dead letter was not handled in time: a dozen of them break the promise about events."""
    stack, before = watched.stack, await whole(watched)
    async with server_of(watched, "consultation") as database:
        await database.execute(
            "insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version,"
            " created_at) select gen_random_uuid(), 'EVT_CONSULTATION', $1, '{}', 'no event', $2,"
            " gen_random_uuid(), 1, now() from generate_series(1, $3)",
            f"evt.{COUNTY}.consultation.nothing.v1", COUNTY, ENOUGH,
        )  # fmt: skip

    followers = ("notify", "proposals", "members")

    def dead(number: int) -> bool:
        return all(
            values(stack.ports.health[one], "tongxin_dead_letters", reason="undecodable") == [number]
            for one in followers
        )

    await asyncio.to_thread(until, lambda: dead(ENOUGH), "everybody who follows holds all of them", 20)
    during = await scraped(watched)
    assert await asyncio.to_thread(firing, before, during, {"DeadLetters", "EventsLate"}, tmp_path) == ""
    for service in followers:
        url = stack.database_url(service, "worker")
        for letter in await list_letters(url):
            assert await wish(url, letter.id, "drop")
    await asyncio.to_thread(until, lambda: dead(0), "they are dropped everywhere")


async def test_a_reminder_whose_hour_passed_while_nobody_reminded(
    watched: Watched, done: Done, tmp_path: Path
) -> None:
    """Notify was away on the morning after the work fell due, and makes up for it when it is back."""
    before, port = await whole(watched), watched.stack.ports.health["notify"]
    task, due = uuid4(), datetime.now(UTC) - timedelta(days=11)
    async with server_of(watched, "notify") as database:
        await asyncio.to_thread(watched.running["notify"].stop)
        try:
            await database.execute(
                "insert into todo (task_id, committee, kind, title, matter, person, due_at, opened_at)"
                " values ($1, $2, 'review_proposal', '某提案', gen_random_uuid(), gen_random_uuid(), $3, $4)",
                task, COUNTY, due, due - timedelta(days=20),
            )  # fmt: skip
        finally:
            await asyncio.to_thread(lambda: watched.start("notify").wait_ready())

        def late() -> bool:
            broken = values(port, "tongxin_invariant_violations", invariant="overdue_is_reminded")
            return values(port, "tongxin_reminders_total", outcome="late")[0] > 0 and broken == [0]

        try:
            await asyncio.to_thread(until, late, "the reminder goes out late", 30)
            during = await scraped(watched)
        finally:
            await database.execute("delete from todo where task_id = $1", task)
    assert await asyncio.to_thread(firing, before, during, {"RemindersLate"}, tmp_path) == ""


async def test_tables_somebody_keeps_locked(watched: Watched, done: Done, tmp_path: Path) -> None:
    """A transaction left open: events come again and again and none is taken, deadlines pass, nobody can look."""
    stack, before = watched.stack, await whole(watched)
    collector, port = stack.ports.collector, stack.ports.health["consultation"]

    def consumer(figure: str) -> float:
        return values(
            collector, f"tongxin_consumer_{figure}", consumer="consultation", stream="EVT_PROPOSALS"
        )[0]

    async with server_of(watched, "consultation") as database:
        forgotten = database.transaction()
        await forgotten.start()
        await database.execute("lock table gate in share mode")
        await database.execute("lock table deadline in access exclusive mode")
        try:
            house = await House.open(stack)
            try:
                for _ in range(ENOUGH):
                    await handed_in(house, person(Role.MEMBER))
            finally:
                await house.close()

            def in_hand() -> bool:
                return consumer("ack_pending") >= ENOUGH and consumer("pending") == 0

            await asyncio.to_thread(until, in_hand, "all were given and none was taken", 30)
            during, began = await scraped(watched), time.monotonic()
            given = consumer("deliveries_total")

            def again() -> bool:
                return consumer("deliveries_total") >= given + ENOUGH and time.monotonic() - began > LONG

            await asyncio.to_thread(until, again, "all were given again", 30)
            later = Later(await scraped(watched), time.monotonic() - began)
        finally:
            await forgotten.rollback()
    expected = {"AckFloorStuck", "RedeliveryStorm", "SweepStale", "InvariantsUnchecked"}
    assert await asyncio.to_thread(firing, before, during, expected, tmp_path, later=later) == ""

    def swept() -> bool:
        return consumer("ack_pending") == 0 and values(port, "tongxin_deadline_sweep_age_seconds")[0] < LONG

    await asyncio.to_thread(until, swept, "all is taken and swept once the transaction is gone", 30)


async def test_a_portal_whose_database_is_away(watched: Watched, done: Done, tmp_path: Path) -> None:
    stack, before = watched.stack, await whole(watched)
    async with signed_in(stack, Role.MEMBER) as member, server_of(watched, "postgres") as server:

        def unready() -> bool:
            return values(stack.ports.health["portal"], "tongxin_ready") == [0]

        async def turned_away() -> None:
            for _ in range(ENOUGH):
                assert (await member.open("/notices")).status_code >= 500

        await server.execute("alter database portal with allow_connections false")
        await server.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'portal'"
        )
        try:
            await asyncio.to_thread(until, unready, "the portal says that it is not ready")
            await turned_away()
            during, began = await scraped(watched), time.monotonic()
            await turned_away()
            later = Later(await scraped(watched), time.monotonic() - began)
        finally:
            await server.execute("alter database portal with allow_connections true")
    expected = {"HttpErrors", "ServiceDown"}
    assert await asyncio.to_thread(firing, before, during, expected, tmp_path, later=later) == ""
    await whole(watched)
