"""Faults made on running processes: the figures they leave make the right alerts fire, and a quiet house makes none."""

import asyncio
from pathlib import Path

import asyncpg

from chassis.letters import list_letters, wish
from infra.lag import read_lag
from tests.house import COUNTY, House, person
from tests.proposals_at_work import handed_in
from tests.waiting import until
from tests.watching.conftest import Watched
from tests.watching.pages import values
from tests.watching.replayed import firing, measured
from tests.watching.work import Done
from tongxin.commands.lag import said
from tongxin_contracts.permissions import Role


async def test_a_quiet_house_makes_no_alert(watched: Watched, done: Done, tmp_path: Path) -> None:
    page = await asyncio.to_thread(measured, watched.ports())
    assert len(page) > 50
    assert await asyncio.to_thread(firing, page, page, set(), tmp_path) == ""
    assert said(await asyncio.to_thread(read_lag, watched.stack), 60) == []


async def test_a_consumer_that_is_gone(watched: Watched, done: Done, tmp_path: Path) -> None:
    before = await asyncio.to_thread(measured, watched.ports())
    collector = watched.stack.ports.collector
    await asyncio.to_thread(watched.running["notify"].stop)
    house = await House.open(watched.stack)
    try:
        await handed_in(house, person(Role.MEMBER))
    finally:
        await house.close()

    def waits() -> bool:
        pending = values(collector, "tongxin_consumer_pending", consumer="notify", stream="EVT_PROPOSALS")
        pulls = values(collector, "tongxin_consumer_waiting", consumer="notify", stream="EVT_PROPOSALS")
        return pending[0] > 0 and pulls == [0]

    try:
        await asyncio.to_thread(until, waits, "events wait and nobody pulls")
        during = await asyncio.to_thread(measured, watched.ports())
        lag = said(await asyncio.to_thread(read_lag, watched.stack), 60)
    finally:
        await asyncio.to_thread(lambda: watched.start("notify").wait_ready())
    expected = {"NobodyPulls", "ServiceDown"}
    assert await asyncio.to_thread(firing, before, during, expected, tmp_path) == ""
    assert any("没有人在取 notify（EVT_PROPOSALS）" in line for line in lag)
    await asyncio.to_thread(until, lambda: not waits(), "notify takes what waited")


async def test_a_bus_that_is_away_and_an_event_nobody_can_read(
    watched: Watched, done: Done, tmp_path: Path
) -> None:
    """One row: it waits while there is no bus; when it is out, it is nothing that a reaction can read."""
    before = await asyncio.to_thread(measured, watched.ports())
    stack, port = watched.stack, watched.stack.ports.health["consultation"]
    await asyncio.to_thread(stack.stop_nats)
    worker = await asyncpg.connect(stack.database_url("consultation", "worker"))
    try:
        await worker.execute(
            "insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version,"
            " created_at) values (gen_random_uuid(), 'EVT_CONSULTATION', $1, '{}', 'no event', $2,"
            " gen_random_uuid(), 1, now() - interval '2 minutes')",
            f"evt.{COUNTY}.consultation.nothing.v1", COUNTY,
        )  # fmt: skip

        def is_seen() -> bool:
            oldest = values(port, "tongxin_outbox_oldest_seconds", stream="EVT_CONSULTATION")
            return bool(oldest) and oldest[0] > 60 and values(port, "tongxin_ready") == [0]

        await asyncio.to_thread(until, is_seen, "the outbox says how old it is, without a bus", 20)
        away = await asyncio.to_thread(measured, watched.ports())
    finally:
        await worker.close()
        await asyncio.to_thread(stack.start_nats)
    expected = {"OutboxOld", "BusServerDown", "ServiceDown"}
    assert await asyncio.to_thread(firing, before, away, expected, tmp_path) == ""

    notify = stack.ports.health["notify"]

    def is_dead() -> bool:
        ready = [values(health, "tongxin_ready") for health in stack.ports.health.values()]
        return values(notify, "tongxin_dead_letters", reason="undecodable") == [1] and ready == [[1]] * 5

    await asyncio.to_thread(until, is_dead, "the bus is back, and notify cannot read it", 30)
    dead = await asyncio.to_thread(measured, watched.ports())
    assert await asyncio.to_thread(firing, before, dead, {"DeadLetters"}, tmp_path) == ""
    for service in ("notify", "proposals", "members"):
        url = stack.database_url(service, "worker")
        for letter in await list_letters(url):
            assert await wish(url, letter.id, "drop")
