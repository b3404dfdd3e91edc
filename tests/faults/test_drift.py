"""F12: somebody deletes or changes a stream or a consumer under running services; `tongxin provision` mends it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from nats.js import JetStreamContext

from chassis.topology import consumer_spec
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, unexpected
from tests.faults.probes import Probes
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

STREAM: Final = "EVT_PROPOSALS"
WITHIN: Final = 30.0


async def consumer_deleted(jetstream: JetStreamContext) -> None:
    """Its place in the stream is gone with it."""
    assert await jetstream.delete_consumer(STREAM, "notify")


async def consumer_changed(jetstream: JetStreamContext) -> None:
    """One message at a time, and again after an hour."""
    spec = consumer_spec("notify", timedelta(hours=1))
    spec.max_ack_pending = 1
    await jetstream.add_consumer(STREAM, spec)


async def stream_changed(jetstream: JetStreamContext) -> None:
    """Messages would be forgotten after an hour, the oldest first."""
    config = (await jetstream.stream_info(STREAM)).config
    await jetstream.update_stream(config.evolve(max_age=3600, max_msgs=100_000))


async def stream_deleted(jetstream: JetStreamContext) -> None:
    """With everything in it: the owner's outbox fills it again when it is there."""
    assert await jetstream.delete_stream(STREAM)


@dataclass(frozen=True)
class Case:
    """What is done, and who has to notice."""

    harm: Callable[[JetStreamContext], Awaitable[None]]
    noticed_by: tuple[str, ...]


CASES: Final = [
    Case(consumer_deleted, ("notify",)),
    Case(consumer_changed, ("notify",)),
    Case(stream_changed, ("proposals",)),
    Case(stream_deleted, ("proposals", "consultation", "notify", "members")),
]


@pytest.mark.fault("F12", invariants="I1 I2 I3 I8 I9")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.harm.__name__)
async def test_f12_the_bus_is_no_longer_as_provisioned(
    case: Case, processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Who is concerned says so in /readyz and in a metric; nothing committed is lost; provisioning mends it."""
    stack = processes.stack
    load = Load(city.house, SEED + 12, members=city.writers, history=history)
    probes = Probes({service: stack.ports.health[service] for service in OWNERS})
    history.extend(await city.look())
    async with probes.watching():
        async with load.flowing():
            await load.until_done(10)
            async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
                await case.harm(client.jetstream())
            history.note("fault", what=case.harm.__name__)
            harmed = time.monotonic()
            for service in case.noticed_by:
                await until_async(
                    lambda service=service: _newest(probes, service, harmed) == 503, f"{service} is not ready"
                )
                await until_async(
                    lambda service=service: _drift(processes, service),
                    f"{service} shows it in the metric the alert ConfigDrift looks at",
                )
            await load.until_done(10)
        began = time.monotonic()
        await asyncio.to_thread(stack.provision)
        await city.whole_within(history, WITHIN)
        await until_async(
            lambda: all(_newest(probes, service, began) == 200 for service in OWNERS), "all are ready"
        )
        recovery.took(time.monotonic() - began, within=WITHIN)
    assert await asyncio.to_thread(stack.drift) == []
    assert unexpected(load.acts) == []
    assert {sample.live for sample in probes.samples} == {200}


async def _drift(processes: Processes, service: str) -> bool:
    return await asyncio.to_thread(signs.metric, processes.stack, service, "tongxin_drift") >= 1


def _newest(probes: Probes, service: str, since: float) -> int | None:
    """The newest word of a service on whether it is ready."""
    said = [sample.ready for sample in probes.between(since, time.monotonic()) if sample.service == service]
    return said[-1] if said else None
