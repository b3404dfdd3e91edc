"""The relay draining a full outbox, beside raw atomic batches of the same bytes and headers."""

import asyncio
import gc
import time
from typing import Final

import asyncpg
from nats.aio.client import Client

from chassis import bus, outbox, telemetry
from chassis.database import Database
from chassis.failpoints import Failpoints
from chassis.relay import Relay
from infra.local.stack import Stack
from tests.bus.wire import running, settings_of
from tests.house import COUNTY
from tests.load import events
from tests.load.figures import Figure, beside, median
from tests.load.peers import atomic_batches
from tests.load.scale import scaled
from tests.load.servers import servers

ROWS: Final = scaled(50_000)
ROUNDS: Final = 3


async def measure() -> list[Figure]:
    """Peer, relay, peer, relay …, each with messages the broker has not seen."""
    async with servers() as stack:
        connection = await bus.connect(settings_of(stack, "proposals"), "proposals")
        peers, ours = [], []
        for _ in range(ROUNDS):
            peers.append(ROWS / await _publish_raw(connection))
            ours.append(ROWS / await _drain(stack, connection))
            print(f"  raw {peers[-1]:,.0f}/s, relay {ours[-1]:,.0f}/s", flush=True)
        await connection.close()
    return [
        beside(
            f"relay draining {ROWS:,} outbox rows, sync_interval: always",
            median(ours),
            "events/s",
            peer="raw nats-py, atomic batches of 500",
            peer_value=median(peers),
            at_least=0.65,
        )
    ]


async def _publish_raw(connection: Client) -> float:
    """Seconds the peer takes."""
    messages = [
        atomic_batches.Message(one.subject, events.headers(one), one.payload) for one in events.filed(ROWS)
    ]
    gc.collect()
    began = time.perf_counter()
    for start in range(0, ROWS, 500):
        await atomic_batches.publish(connection, messages[start : start + 500])
    return time.perf_counter() - began


async def _drain(stack: Stack, connection: Client) -> float:
    """Seconds from starting a relay to the last row marked."""
    await _fill(stack)
    relay = Relay(
        events.STREAM,
        database_url=stack.database_url("proposals", "worker"),
        connection=connection,
        failpoints=Failpoints(),
        poll_interval=0.25,
    )
    gc.collect()
    already, began = _relayed(), time.perf_counter()
    async with running(relay):
        while _relayed() < already + ROWS:
            await asyncio.sleep(0.005)
        took = time.perf_counter() - began
    admin = await asyncpg.connect(stack.database_url("proposals", "worker"))
    assert await admin.fetchval("select count(*) from outbox where published_at is null") == 0
    await admin.close()
    return took


async def _fill(stack: Stack) -> None:
    database = Database(stack.database_url("proposals", "app"), pool_size=1)
    for batch in events.in_batches(events.filed(ROWS)):
        async with database.transaction([COUNTY]) as tx:
            await outbox.write(tx, batch)
    await database.close()


def _relayed() -> float:
    [metric] = telemetry.RELAY_EVENTS.labels(events.STREAM).collect()
    return metric.samples[0].value
