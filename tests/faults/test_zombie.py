"""F18: a replica is stopped for a minute with its relay's lock; another one takes over, and then the first one wakes up.

What it had sent before it fell asleep is still on the network and arrives when it wakes, as late as a network can be:
the worst a relay that is none any more can do. The stream's last sequence in every batch tells the two apart
(decision 8).
"""

import asyncio
import os
import random
import signal
import time
from typing import Final

import pytest

from infra.local.ports import free_ports
from infra.local.program import Running
from tests.faults import load as people_at_work
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, unexpected
from tests.faults.observed import fetch
from tests.faults.proxy import Proxy, Way
from tests.waiting import until_async

ASLEEP: Final = 60.0
TAKEN_OVER: Final = 25.0
"""A relay that waits for the lock puts out one that has not stirred for 15 s; and then it publishes."""
WITHIN: Final = 15.0
STOOD_STILL: Final = 70
"""The exit code of a process whose watchdog ended it."""


@pytest.mark.fault("F18", invariants="I2 I3 I9")
@pytest.mark.timeout(300)
async def test_f18_a_relay_that_was_asleep_is_fenced(
    processes: Processes, city: City, history: History, recovery: Recovery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I2 I3: what the sleeper still sends is refused; the other one relays meanwhile, and nothing comes twice."""
    stack = processes.stack
    monkeypatch.setattr(people_at_work, "PATIENCE", 2.0)  # half of all commands go to the sleeper first
    async with Proxy(stack.ports.nats, random.Random(SEED)).running() as proxy:
        url = {"TONGXIN_NATS_URL": f"nats://127.0.0.1:{proxy.listening}"}
        await asyncio.to_thread(processes.restart, "proposals", "", url)
        sleeper = processes.running["proposals"]
        await asyncio.to_thread(second_replica(processes).wait_ready)
        load = Load(city.house, SEED + 18, members=city.writers, history=history, give_up=120.0)
        async with load.flowing():
            await load.until_done(20)
            history.note("fault", what="the replica that relays is cut off in mid-flow, then stopped")
            proxy.swallow(Way.UP)
            await until_async(lambda: waits(processes, 2), "it has sent what does not arrive", limit=20)
            os.kill(sleeper.pid, signal.SIGSTOP)
            slept = time.monotonic()
            try:
                await until_async(
                    lambda: "relay_put_out" in signs.log_of(stack, "proposals"),
                    "the other replica takes the lock", limit=TAKEN_OVER,
                )  # fmt: skip
                await load.until_done(10, limit=30)
                await until_async(lambda: nothing_waits_long(processes), "the other one relays", limit=WITHIN)
                recovery.took(time.monotonic() - slept, within=TAKEN_OVER + WITHIN)
                await until_async(lambda: time.monotonic() - slept > ASLEEP, "a minute", limit=ASLEEP + 5)
            finally:
                proxy.mend()
                os.kill(sleeper.pid, signal.SIGCONT)
        await city.whole_within(history, WITHIN)
    # Its watchdog finds that it stood still for a minute, and a supervisor starts it anew: it does not go on as if
    # nothing had been. What it had sent before was on its way all the same, and is in the stream once (whole_within).
    await until_async(lambda: not sleeper.alive, "the sleeper ends itself")
    assert sleeper.process.returncode == STOOD_STILL
    assert "loop_stands_still" in signs.log_of(stack, "proposals"), "I9: a log line says so"
    assert unexpected(load.acts) == []


def second_replica(processes: Processes) -> Running:
    """One more process of proposals, which the module's end stops whatever comes."""
    port = free_ports().health["proposals"]
    program = processes.stack.service_program("proposals", {"TONGXIN_HEALTH_PORT": str(port)})
    processes.running["second proposals"] = Running(program)
    return processes.running["second proposals"]


async def waits(processes: Processes, at_least: int) -> bool:
    """Whether rows wait although they were written a moment ago."""
    rows = await fetch(
        processes.stack,
        "proposals",
        "select count(*) as n from outbox where published_at is null and created_at < now() - interval '1 second'",
    )
    found: int = rows[0]["n"]
    return found >= at_least


async def nothing_waits_long(processes: Processes) -> bool:
    """Whether no row is older than a moment."""
    return not await waits(processes, 1)
