"""F4 and F14: the bus is killed, and services are replaced, while people work."""

import asyncio
import os
import random
import time
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from infra.local.ports import free_ports
from infra.local.program import Running
from tests.faults import checker
from tests.faults.conftest import Processes
from tests.faults.load import Load, count, unexpected
from tests.faults.probes import Probes
from tests.house import House
from tests.proposals_at_work import open_session
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

SEED = int(os.environ.get("TONGXIN_FAULT_SEED", "20261121"))
KILLS = int(os.environ.get("TONGXIN_FAULT_KILLS", "5"))
"""How often the bus is killed; the whole table says 20."""
ROUNDS = int(os.environ.get("TONGXIN_FAULT_ROUNDS", "3"))
"""How often all services are replaced; the whole table says 10."""
OWNERS_AND_FOLLOWERS = {
    "proposals": ("members", "consultation", "notify"),
    "consultation": ("notify",),
}
DRAINED = {"bus": 5.0, "rolling": 15.0}


@pytest.fixture(autouse=True, scope="module")
async def _session(house: House) -> None:
    await open_session(house)


async def broken(processes: Processes, load: Load) -> list[str]:
    """Every invariant that does not hold now."""
    found = checker.unkept([(UUID(act.aggregate), act.version) for act in load.acts if act.outcome == "done"],
                           await checker.all_versions(processes.stack, OWNERS))  # fmt: skip
    for owner, followers in OWNERS_AND_FOLLOWERS.items():
        found += checker.violations(await checker.read_record(processes.stack, owner, followers))
    found += await checker.doubled_effects(processes.stack, "notify", "notice", "(person, kind, matter)")
    found += await checker.doubled_effects(processes.stack, "consultation", "candidate", "proposal_id")
    found += await checker.broken_steps(processes.stack, "proposals")
    found += await checker.lost_deadlines(processes.stack)
    return found


async def whole_within(processes: Processes, load: Load, limit: float) -> float:
    """Seconds until nothing is broken any more; fails naming what still is."""
    began = time.monotonic()
    while found := await broken(processes, load):
        if time.monotonic() - began > limit:
            pytest.fail(f"seed {SEED}: after {limit} s: {found}")
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.timeout(300)
async def test_f4_the_bus_is_killed_in_full_flow(processes: Processes, house: House) -> None:
    """I1-I5: nothing acknowledged is lost, done twice or out of order; I6: whole 5 s after it is back; I8."""
    stack, chance = processes.stack, random.Random(SEED)
    load, took = Load(house, SEED), []
    probes = Probes({service: stack.ports.health[service] for service in OWNERS})
    async with probes.watching():
        for kill in range(KILLS):
            long_outage = kill == KILLS - 1
            async with load.flowing():
                await load.until_done(chance.randint(20, 60))
                await asyncio.to_thread(stack.kill_nats)
                killed = time.monotonic()
                if long_outage:
                    await said_unready(probes, killed)
                await asyncio.to_thread(stack.start_nats)
            load.write_down(stack.data / "history.jsonl")
            took.append(await whole_within(processes, load, DRAINED["bus"]))
        back = time.monotonic()
        await until_async(lambda: all_ready(probes, back), "every service says that it is ready", limit=5)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * KILLS
    assert {sample.live for sample in probes.samples} == {200}, "I8: they lived all the time"
    assert max(sample.lag for sample in probes.samples) < 1, "I8: no loop stood still"


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


@pytest.mark.timeout(300)
async def test_f14_every_service_is_replaced_under_load(processes: Processes, house: House) -> None:
    """I1 I2: the new one comes, the old one is told to go: nothing is cancelled, nothing acknowledged is lost."""
    load = Load(house, SEED + 14)
    with capture_logs() as said:
        for _round in range(ROUNDS):
            async with load.flowing():
                for service in OWNERS:
                    await load.until_done(5)
                    await replace(processes, service)
            load.write_down(processes.stack.data / "history.jsonl")
            await whole_within(processes, load, DRAINED["rolling"])
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * ROUNDS
    unanswered = [line for line in said if line["event"] in ("no_answer", "request_not_sent")]
    assert unanswered == [], "nobody had to ask twice"


async def replace(processes: Processes, service: str) -> None:
    """Start a second one, then tell the first to go; it has to be gone in order within 15 s."""
    old = processes.running[service]
    port = free_ports().health[service]
    program = processes.stack.service_program(service, {"TONGXIN_HEALTH_PORT": str(port)})
    # Known before it is ready, so that it is ended whatever comes.
    new = processes.running[f"next {service}"] = Running(program)
    await asyncio.to_thread(new.wait_ready)
    processes.running[service] = processes.running.pop(f"next {service}")
    began = time.monotonic()
    code = await asyncio.to_thread(old.stop)
    assert code == 0, f"{service} ended with {code}: {last_words(old)}"
    assert time.monotonic() - began < DRAINED["rolling"]
    words = last_words(old)
    assert "batch_given_up" not in words
    assert "drain_incomplete" not in words


def last_words(process: Running) -> str:
    """The end of its log."""
    return process.program.last_lines(40)
