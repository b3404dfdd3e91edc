"""Events taken exactly once into a projection, by a reaction on sets and by one called for each event, beside raw
nats-py that fetches the same messages and acknowledges them.

The reader is consultation: its own reaction to what is filed, through the inbox and the consumer every service has.
"""

import asyncio
import gc
import time
from collections.abc import Sequence
from typing import Final

import asyncpg
from nats.aio.client import Client

from chassis import bus
from chassis.announcing import Announcer
from chassis.clock import SystemClock
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.failpoints import Failpoints
from chassis.files import ObjectStoreFiles
from chassis.inbox import Inbox, Incoming, Reaction
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus as operator
from services.consultation import tables
from services.consultation.reactions.proposal_filed import on_proposal_filed
from tests.bus.wire import settings_of
from tests.load import events
from tests.load.figures import Figure, beside, median
from tests.load.peers import atomic_batches, fetch_and_ack
from tests.load.scale import scaled
from tests.load.servers import servers
from tongxin_contracts.proposals.events import ProposalFiled

EVENTS: Final = scaled(50_000)
ROUNDS: Final = 3


async def measure() -> list[Figure]:
    """Peer, sets, one by one, and again; each time events nobody has seen."""
    peers, sets, single = [], [], []
    async with servers() as stack:
        sender = await bus.connect(settings_of(stack, "proposals"), "proposals")
        reader = await bus.connect(settings_of(stack, "consultation"), "consultation")
        for _ in range(ROUNDS):
            await _publish(stack, sender)
            peers.append(EVENTS / await _take_raw(reader))
            await _publish(stack, sender)
            sets.append(EVENTS / await _take(stack, reader, on_proposal_filed))
            await _publish(stack, sender)
            single.append(EVENTS / await _take(stack, reader, one_by_one))
            print(
                f"  raw {peers[-1]:,.0f}/s, sets {sets[-1]:,.0f}/s, one by one {single[-1]:,.0f}/s",
                flush=True,
            )
        await sender.close()
        await reader.close()
    peer = "raw nats-py, fetch(500) and ack"
    return [
        beside(
            f"set-based reaction, {EVENTS:,} events exactly once", median(sets), "events/s",
            peer=peer, peer_value=median(peers), at_least=0.35,
        ),
        beside(
            f"one-by-one reaction, {EVENTS:,} events exactly once", median(single), "events/s",
            peer=peer, peer_value=median(peers), at_least=0.08,
        ),
    ]  # fmt: skip


async def one_by_one(incoming: Sequence[Incoming[ProposalFiled]], work: Work) -> None:
    """The same projection by a function that is called for each event."""
    for event in incoming:
        _one(event, work)


def _one(event: Incoming[ProposalFiled], work: Work) -> None:
    row = {
        "proposal_id": event.data.proposal_id,
        "committee": event.envelope.committee,
        "number": event.data.number,
        "title": event.data.title,
        "category": event.data.category,
        "filed_at": event.envelope.time,
        "proposers": [event.data.first_proposer, *event.data.co_proposers],
    }
    work.insert_later(tables.candidate, [row])
    work.hint("topic", event.envelope.committee)


async def _publish(stack: Stack, sender: Client) -> None:
    """New events into an emptied stream; not part of what is measured."""
    async with operator(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as emptying:
        await emptying.jetstream().purge_stream(events.STREAM)
    for batch in events.in_batches(events.filed(EVENTS)):
        await atomic_batches.publish(
            sender, [atomic_batches.Message(one.subject, events.headers(one), one.payload) for one in batch]
        )
    gc.collect()


async def _take_raw(reader: Client) -> float:
    """Seconds the peer takes."""
    began = time.perf_counter()
    await fetch_and_ack.take(reader, events.STREAM, "consultation", EVENTS)
    return time.perf_counter() - began


async def _take(stack: Stack, reader: Client, reaction: Reaction) -> float:
    """Seconds from starting the consumer until the broker has every acknowledgement."""
    database = Database(stack.database_url("consultation", "worker"), pool_size=2)
    tools = Tools(
        clock=SystemClock(),
        files=ObjectStoreFiles(reader.jetstream()),
        sealer=Sealer.from_file(stack.keys.sealing),
    )
    inbox = Inbox(
        "consultation",
        "consultation:bench",
        {ProposalFiled: reaction},
        database=database,
        tools=tools,
        epoch=1,
    )
    consumer = Consumer(
        events.STREAM,
        "consultation",
        inbox,
        connection=reader,
        announcer=Announcer("consultation", reader),
        failpoints=Failpoints(),
    )
    admin = await asyncpg.connect(stack.database_url("consultation", "owner"))
    await admin.execute("truncate candidate, gate")
    began = time.perf_counter()
    consuming = asyncio.create_task(consumer.run())
    while not await _is_through(reader):
        await asyncio.sleep(0.02)
    took = time.perf_counter() - began
    # In good order: one that is cut off leaves a request with the broker, which hands the next events to nobody.
    consumer.stop()
    await consuming
    assert await admin.fetchval("select count(*) from gate where last_version = 1") == EVENTS
    await admin.close()
    await database.close()
    return took


async def _is_through(reader: Client) -> bool:
    info = await reader.jetstream().consumer_info(events.STREAM, "consultation")
    return bool(info.num_pending == 0 and info.num_ack_pending == 0)
