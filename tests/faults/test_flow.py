"""F4 and F14: the bus is killed, and services are replaced, while people work."""

import asyncio
import random
import time

import pytest
from structlog.testing import capture_logs

from infra.local.ports import free_ports
from infra.local.program import Running
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery, times
from tests.faults.load import Load, count, unexpected
from tests.faults.probes import Probes
from tests.processes import START
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

KILLS = times("TONGXIN_FAULT_KILLS", ci=5, whole=20)
ROUNDS = times("TONGXIN_FAULT_ROUNDS", ci=3, whole=10)
DRAINED = {"bus": 5.0, "rolling": 15.0}


@pytest.mark.fault("F4", invariants="I1 I2 I3 I4 I5 I6 I8", ci=True)
@pytest.mark.timeout(600)
async def test_f4_the_bus_is_killed_in_full_flow(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """I1-I5: nothing acknowledged is lost, done twice or out of order; I6: whole 5 s after it is back; I8."""
    stack, chance = processes.stack, random.Random(SEED)
    load = Load(city.house, SEED, members=city.writers, history=history)
    probes = Probes({service: stack.ports.health[service] for service in OWNERS}, pids=processes.pids())
    history.extend(await city.look())
    async with probes.watching():
        for kill in range(KILLS):
            long_outage = kill == KILLS - 1
            async with load.flowing():
                await load.until_done(chance.randint(20, 60))
                history.note("fault", what="nats-server killed", kill=kill)
                await asyncio.to_thread(stack.kill_nats)
                killed = time.monotonic()
                if long_outage:
                    await said_unready(probes, killed)
                await asyncio.to_thread(stack.start_nats)
            recovery.took(await city.whole_within(history, DRAINED["bus"]), within=DRAINED["bus"])
        back = time.monotonic()
        await until_async(lambda: all_ready(probes, back), "every service says that it is ready", limit=5)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * KILLS
    assert {sample.live for sample in probes.samples} == {200}, "I8: they lived all the time"
    assert probes.worst_lag < 1, "I8: no loop stood still"


async def said_unready(probes: Probes, killed: float) -> None:
    """I8: while the bus is away every service says so."""
    for service in probes.ports:

        def says_so(service: str = service) -> bool:
            return any(
                sample.service == service and sample.ready == 503
                for sample in probes.between(killed, time.monotonic())
            )

        await until_async(says_so, f"{service} says that it is not ready while the bus is away", limit=6)


def all_ready(probes: Probes, since: float) -> bool:
    """Whether the newest word of every service since then is that it is ready."""
    newest = {sample.service: sample.ready for sample in probes.between(since, time.monotonic())}
    return newest == dict.fromkeys(probes.ports, 200)


@pytest.mark.fault("F14", invariants="I1 I2", ci=True)
@pytest.mark.timeout(600)
async def test_f14_every_service_is_replaced_under_load(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """I1 I2: the new one comes, the old one is told to go: nothing is cancelled, nothing acknowledged is lost."""
    # Patient: an answer that is slow is not one that was dropped.
    load = Load(city.house, SEED + 14, members=city.writers, history=history, patience=10.0)
    with capture_logs() as said:
        for _round in range(ROUNDS):
            async with load.flowing():
                for service in OWNERS:
                    await load.until_done(5)
                    recovery.took(await replace(processes, service), within=DRAINED["rolling"])
            await city.whole_within(history, DRAINED["rolling"])
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * ROUNDS
    unanswered = [line for line in said if line["event"] in ("no_answer", "request_not_sent")]
    assert unanswered == [], "nobody had to ask twice"


async def replace(processes: Processes, service: str) -> float:
    """Start a second one, then tell the first to go; seconds until it was gone, in order."""
    old = processes.running[service]
    port = free_ports().health[service]
    program = processes.stack.service_program(service, {"TONGXIN_HEALTH_PORT": str(port)})
    # Known before it is ready, so that it is ended whatever comes.
    new = processes.running[f"next {service}"] = Running(program)
    await asyncio.to_thread(new.wait_ready, START)
    processes.running[service] = processes.running.pop(f"next {service}")
    began = time.monotonic()
    code = await asyncio.to_thread(old.stop)
    assert code == 0, f"{service} ended with {code}: {last_words(old)}"
    words = last_words(old)
    assert "batch_given_up" not in words
    assert "drain_incomplete" not in words
    return time.monotonic() - began


def last_words(process: Running) -> str:
    """The end of its log."""
    return process.program.last_lines(40)
