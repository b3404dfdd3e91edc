"""F7: the network between a service and the bus, or its database, is slow, resets, forgets, or swallows one direction.

The people reach the bus by a way of their own, so their commands arrive as long as the service can be reached at all.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import pytest

from tests.faults import load as people_at_work
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, count, unexpected
from tests.faults.probes import Probes
from tests.faults.proxy import Proxy, Way
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

LASTS: Final = 12.0
"""Seconds a network stays bad; more than every timeout of a request, less than the bus takes to miss two pings."""
WHOLE_WITHIN: Final = 45.0
"""Seconds after the network is back: two missed pings are 30, and only then a half-open connection is given up."""
SLOW: Final = 2.0


def slow(proxy: Proxy) -> None:
    """2 s each way."""
    proxy.latency = SLOW


def resetting(proxy: Proxy) -> None:
    """1 % of all pieces are a reset."""
    proxy.resets = 0.01


def half_open(proxy: Proxy) -> None:
    """The server has forgotten the connections, the service has not heard of it."""
    proxy.forget()


def hole_up(proxy: Proxy) -> None:
    """What the service says goes nowhere."""
    proxy.swallow(Way.UP)


def hole_down(proxy: Proxy) -> None:
    """What the service is told never comes."""
    proxy.swallow(Way.DOWN)


BAD: Final = [slow, resetting, half_open, hole_up, hole_down]
CUT_OFF: Final = (half_open, hole_up, hole_down)


@asynccontextmanager
async def through_proxies(processes: Processes, variables: dict[str, int]) -> AsyncIterator[list[Proxy]]:
    """An owner and a follower reach what these settings name only through proxies, until the block ends."""
    stack, services = processes.stack, ("proposals", "consultation")
    proxies: list[Proxy] = []
    port = next(iter(variables.values()))
    async with (
        Proxy(port, random.Random(SEED)).running() as owner,
        Proxy(port, random.Random(SEED + 1)).running() as follower,
    ):
        for service, proxy in zip(services, (owner, follower), strict=True):
            real = stack.environment(service)
            extra = {name: real[name].replace(f":{port}", f":{proxy.listening}") for name in variables}
            await asyncio.to_thread(processes.restart, service, "", extra)
            proxies.append(proxy)
        try:
            yield proxies
        finally:
            for proxy in proxies:
                proxy.mend()
            for service in services:
                await asyncio.to_thread(processes.restart, service)


def is_ready(probes: Probes, service: str, since: float) -> int | None:
    """The newest word of a service on whether it is ready."""
    said = [sample.ready for sample in probes.between(since, time.monotonic()) if sample.service == service]
    return said[-1] if said else None


async def through(
    bad: Callable[[Proxy], None], proxies: list[Proxy], city: City, history: History, recovery: Recovery,
    ports: Mapping[str, int],
) -> None:  # fmt: skip
    """Work, break the network, work on for a while, mend it: all holds again, and who was cut off said so."""
    load = Load(city.house, SEED, members=city.writers, history=history, give_up=90.0)
    probes = Probes(ports)
    history.extend(await city.look())
    async with probes.watching():
        async with load.flowing():
            await load.until_done(10, limit=40)
            history.note("fault", what=bad.__name__)
            began = time.monotonic()
            for proxy in proxies:
                bad(proxy)
            if bad in CUT_OFF:
                for service in ("proposals", "consultation"):
                    await until_async(
                        lambda service=service: is_ready(probes, service, began) == 503,
                        f"I8: {service} says that it is cut off", limit=LASTS,
                    )  # fmt: skip
            await until_async(
                lambda: time.monotonic() - began > LASTS, "the time of bad network", limit=LASTS + 5
            )
            for proxy in proxies:
                proxy.mend()
        back = time.monotonic()
        await city.whole_within(history, WHOLE_WITHIN)
        await until_async(
            lambda: all(is_ready(probes, service, back) == 200 for service in OWNERS),
            "I8: everybody says that they are ready again", limit=WHOLE_WITHIN,
        )  # fmt: skip
        recovery.took(time.monotonic() - back, within=WHOLE_WITHIN)
    if bad is resetting:
        assert sum(proxy.reset_count for proxy in proxies) > 0, "something was reset"
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") >= 10
    assert {sample.live for sample in probes.samples} == {200}, "I8: they lived all the time"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """People who wait as long as the portal does."""
    monkeypatch.setattr(people_at_work, "PATIENCE", 5.0)


@pytest.mark.fault("F7", invariants="I1 I2 I3 I8")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
async def test_f7_between_services_and_the_bus(
    bad: Callable[[Proxy], None], processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """I1-I3: late, but nothing lost, doubled or out of order; I8: who is cut off says so, and lives."""
    ports: dict[str, int] = {service: processes.stack.ports.health[service] for service in OWNERS}
    async with through_proxies(processes, {"TONGXIN_NATS_URL": processes.stack.ports.nats}) as proxies:
        await through(bad, proxies, city, history, recovery, ports)


@pytest.mark.fault("F7", invariants="I1 I2 I3 I8")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
async def test_f7_between_services_and_their_databases(
    bad: Callable[[Proxy], None], processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """The same for the database: a command is done or not done, whatever became of its connection."""
    ports: dict[str, int] = {service: processes.stack.ports.health[service] for service in OWNERS}
    port = processes.stack.ports.postgres
    variables = {"TONGXIN_DATABASE_URL": port, "TONGXIN_DATABASE_WORKER_URL": port}
    async with through_proxies(processes, variables) as proxies:
        await through(bad, proxies, city, history, recovery, ports)
