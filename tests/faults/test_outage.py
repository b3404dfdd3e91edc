"""F5 and F6: the bus is away for longer than a client's default patience; the database crashes in mid-transaction."""

import asyncio
import os
import signal
import time

import asyncpg
import pytest

from infra.local.stack import Stack
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery, times
from tests.faults.load import Load, count, unexpected
from tests.faults.observed import admin, fetch
from tests.faults.probes import Probes
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

OUTAGE = times("TONGXIN_FAULT_OUTAGE", ci=20, whole=300)
"""Seconds the bus is away; nats-py's default patience is 120."""
WITHIN = 10.0
LINES_A_MINUTE = 600
"""What one service may log a minute while the bus is away."""


@pytest.mark.fault("F5", invariants="I1 I2 I3 I4 I5 I8")
@pytest.mark.timeout(OUTAGE + 240)
async def test_f5_the_bus_is_away_for_long(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Everybody goes on asking under the same id and is answered once; no process gives up, spins or fills the disk."""
    stack = processes.stack
    load = Load(city.house, SEED + 5, members=city.writers, history=history, give_up=OUTAGE + 60.0)
    probes = Probes({service: stack.ports.health[service] for service in OWNERS}, pids=processes.pids())
    pids = processes.pids()
    history.extend(await city.look())
    async with probes.watching():
        async with load.flowing():
            await load.until_done(40, limit=60)
            logged = lines_logged(stack)
            await asyncio.to_thread(stack.kill_nats)
            history.note("fault", what="nats-server away", seconds=OUTAGE)
            killed = time.monotonic()
            await until_async(lambda: said(probes, killed, 503), "all say that they are not ready", limit=15)
            await until_async(
                lambda: time.monotonic() - killed > OUTAGE, "the outage is over", limit=OUTAGE + 5
            )
            assert said(probes, time.monotonic() - 5, 503), "I8: not ready until the end"
            flood = {service: lines_logged(stack)[service] - logged[service] for service in OWNERS}
            began = time.monotonic()
            await asyncio.to_thread(stack.start_nats)
        await city.whole_within(history, WITHIN)
        recovery.took(time.monotonic() - began)
        await until_async(lambda: said(probes, began, 200), "all say that they are ready", limit=10)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.ended > began and act.began < killed + OUTAGE) > 0, (
        "asked through it"
    )
    assert processes.pids() == pids
    assert all(running.alive for running in processes.running.values()), "nobody gave up"
    assert {sample.live for sample in probes.samples} == {200}, "I8: they lived all the time"
    assert probes.worst_lag < 1, "I8: no loop stood still"
    assert max(flood.values()) < LINES_A_MINUTE * max(1.0, OUTAGE / 60), f"the log is not flooded: {flood}"


@pytest.mark.fault("F6", invariants="I1 I2 I3 I4 I5 I8")
@pytest.mark.timeout(240)
async def test_f6_the_database_crashes_in_mid_transaction(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """What was not committed is as if it had never been; what was acknowledged stays; readyz is 503 meanwhile.

    SIGQUIT to the server and a start are what `pg_ctl restart -m immediate` does; the server stays the stack's own.
    """
    stack = processes.stack
    load = Load(city.house, SEED + 6, members=city.writers, history=history)
    probes = Probes({service: stack.ports.health[service] for service in OWNERS}, pids=processes.pids())
    history.extend(await city.look())
    async with probes.watching():
        async with load.flowing():
            await load.until_done(30, limit=60)
            await somebody_in_mid_transaction(stack)
            history.note("fault", what="database crashed")
            os.kill(stack.server_pids["postgres"], signal.SIGQUIT)
            killed = time.monotonic()
            await until_async(lambda: said(probes, killed, 503), "all say that they are not ready", limit=15)
            began = time.monotonic()
            await asyncio.to_thread(stack.start_postgres)
        await city.whole_within(history, WITHIN)
        recovery.took(time.monotonic() - began)
        await until_async(lambda: said(probes, began, 200), "all say that they are ready", limit=10)
    assert unexpected(load.acts) == []
    assert {sample.live for sample in probes.samples} == {200}, "I8: they lived all the time"
    letters = await fetch(stack, "consultation", "select 1 from held")
    assert letters == [], "a database that is away makes no dead letter"


async def somebody_in_mid_transaction(stack: Stack) -> None:
    """Hold the counter of numbers, so that whoever files stands in the middle of a transaction; returns when one does.

    The connection that holds it dies with the server.
    """
    connection = await admin(stack, "proposals")
    await connection.execute("begin; lock table numbering in exclusive mode")

    async def stands() -> bool:
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and xact_start is not null"
        )
        return bool(await connection.fetchval(waiting))

    await until_async(stands, "somebody has begun to file and waits in the middle", limit=20)
    _HELD.append(connection)


_HELD: list[asyncpg.Connection] = []
"""Kept from being collected, and so closed, before the server dies."""


def said(probes: Probes, since: float, status: int) -> bool:
    """Whether the newest word of every service since then is this."""
    newest = {sample.service: sample.ready for sample in probes.between(since, time.monotonic())}
    return newest == dict.fromkeys(probes.ports, status)


def lines_logged(stack: Stack) -> dict[str, int]:
    """Lines in each service's log."""
    return {service: (stack.data / "logs" / f"{service}.log").read_bytes().count(b"\n") for service in OWNERS}
