"""F9, F10 and F11: events that come again: shuffled, replayed long after, and while somebody still works on them."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from nats.aio.client import Client

from infra.local.ports import free_ports
from infra.local.program import Running
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from tests.conftest import ACK_WAIT
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.observed import Scope, admin, fetch
from tests.processes import START
from tests.proposals_at_work import file, handed_in
from tests.waiting import until_async
from tongxin_contracts.subjects import consumer_name

STREAM = "EVT_PROPOSALS"
FOLLOWERS = ("members", "consultation", "notify")
WINDOW = 1.0
"""Seconds the broker remembers message ids in F10, instead of two minutes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a stream as it can be sent again."""

    subject: str
    payload: bytes
    headers: dict[str, str]


@asynccontextmanager
async def operator(stack: Stack) -> AsyncIterator[Client]:
    """The bus as its operator."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        yield client


async def filed_one_by_one(city: City, history: History, number: int) -> None:
    """So many proposals handed in and filed, each answer a promise."""
    for place in range(number):
        proposal_id = await handed_in(city.house, city.writers[place % len(city.writers)])
        answer = await file(city.house, proposal_id)
        history.note("promise", aggregate=proposal_id, version=answer.version, outcome="done")


async def relayed(stack: Stack) -> bool:
    """Whether proposals' outbox is on the bus."""
    return not await fetch(stack, "proposals", "select 1 from outbox where published_at is null")


async def messages(client: Client, stream: str) -> list[Sent]:
    """Everything in a stream."""
    jetstream = client.jetstream()
    info = await jetstream.stream_info(stream)
    found = []
    for sequence in range(info.state.first_seq, info.state.last_seq + 1):
        message = await jetstream.get_msg(stream, sequence)
        headers = {name: value for name, value in (message.headers or {}).items() if name.startswith("ce-")}
        found.append(Sent(message.subject or "", message.data or b"", headers))
    return found


async def until_all_seen(stack: Stack) -> None:
    """Wait until every follower has acknowledged the whole stream, so that nothing is still to come."""

    async def seen() -> bool:
        async with operator(stack) as client:
            jetstream = client.jetstream()
            infos = [await jetstream.consumer_info(STREAM, consumer_name(name)) for name in FOLLOWERS]
        return all(info.num_pending == 0 and info.num_ack_pending == 0 for info in infos)

    await until_async(seen, "every follower has acknowledged everything", limit=30)


SLOW = {"consultation": "candidate", "members": "duty_fact"}
"""Followers that are made slow, by the table their reaction writes."""


def replica(processes: Processes, service: str) -> Running:
    """A second process of a service."""
    extra = {"TONGXIN_HEALTH_PORT": str(free_ports().health[service])}
    started = Running(processes.stack.service_program(service, extra))
    processes.running[f"second {service}"] = started
    return started.wait_ready(START)


@pytest.mark.fault("F11", invariants="I2 I4")
@pytest.mark.timeout(240)
async def test_f11_a_reaction_is_slower_than_ack_wait_and_a_second_replica_gets_it_too(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Two replicas; the tables their reactions write are held for longer than ack_wait, so both get the same events."""
    stack = processes.stack
    await city.whole_within(history, 20)
    second = await asyncio.gather(*(asyncio.to_thread(replica, processes, name) for name in SLOW))
    holds = [await admin(stack, name) for name in SLOW]
    for hold, table in zip(holds, SLOW.values(), strict=True):
        await hold.execute(f"begin; lock table {table} in exclusive mode")
    await filed_one_by_one(city, history, 6)
    history.note("fault", what="reactions held for longer than ack_wait")
    limit = 4 * ACK_WAIT.total_seconds()
    async with operator(stack) as client:

        async def came_again() -> bool:
            jetstream = client.jetstream()
            infos = [await jetstream.consumer_info(STREAM, consumer_name(name)) for name in SLOW]
            return all(info.num_redelivered for info in infos)

        await until_async(came_again, "the broker has handed out again what is still worked on", limit=limit)
    began = time.monotonic()
    for hold in holds:
        await hold.execute("rollback")
        await hold.close()
    await city.whole_within(history, ACK_WAIT.total_seconds() + 10)
    recovery.took(time.monotonic() - began)
    await until_all_seen(stack)
    await city.whole_within(history, 5)
    await asyncio.gather(*(asyncio.to_thread(one.stop) for one in second))


@pytest.mark.fault("F10", invariants="I2 I4")
@pytest.mark.timeout(240)
async def test_f10_everything_is_published_again_when_the_broker_has_forgotten_it(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Marks of the outbox are lost and the window is over: the relay sends all of it, the broker takes all of it."""
    stack = processes.stack
    await filed_one_by_one(city, history, 6)
    await city.whole_within(history, 20)
    async with operator(stack) as client:
        jetstream = client.jetstream()
        info = await jetstream.stream_info(STREAM)
        before = info.state.last_seq
        await jetstream.update_stream(info.config, duplicate_window=WINDOW)
        shrunk = time.monotonic()
        await until_async(lambda: time.monotonic() - shrunk > 2 * WINDOW, "the window is over")
        history.note("fault", what="outbox published again outside the window")
        began = time.monotonic()
        connection = await admin(stack, "proposals")
        await connection.execute("update outbox set published_at = null where stream = $1", STREAM)
        rows = await connection.fetchval("select count(*) from outbox where stream = $1", STREAM)
        await connection.close()
        await until_async(lambda: relayed(stack), "all of it went out again", limit=20)
        assert (await jetstream.stream_info(STREAM)).state.last_seq >= before + rows, (
            "the broker took it as new"
        )
    await asyncio.to_thread(stack.provision)
    again = City(city.house, city.members, Scope(ordered_streams=False))
    await until_all_seen(stack)
    await again.whole_within(history, 10)
    recovery.took(time.monotonic() - began)


@pytest.mark.fault("F9", invariants="I2 I3 I4 I5")
@pytest.mark.timeout(300)
async def test_f9_every_event_comes_three_times_and_shuffled(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """The followers are away; what waits for them is taken off the stream and put back three times, in any order.

    Without message ids, as a broker that has forgotten them: so the stream holds it all, and the first that a follower
    sees of an aggregate may be its last version. The relay is fenced once and goes on.
    """
    stack, chance = processes.stack, random.Random(SEED)
    await city.whole_within(history, 20)
    for follower in FOLLOWERS:
        await asyncio.to_thread(processes.running[follower].stop)
    await filed_one_by_one(city, history, 12)
    await until_async(lambda: relayed(stack), "all of it is in the stream")
    async with operator(stack) as client:
        waiting = await messages(client, STREAM)
        await client.jetstream().purge_stream(STREAM)
        again = waiting * 3
        chance.shuffle(again)
        history.note("fault", what="events three times, shuffled", events=len(waiting), sent=len(again))
        for sent in again:
            await client.jetstream().publish(sent.subject, sent.payload, headers=sent.headers)
    began = time.monotonic()
    await asyncio.gather(*(asyncio.to_thread(processes.start, follower) for follower in FOLLOWERS))
    shuffled = City(city.house, city.members, Scope(ordered_streams=False))
    await shuffled.whole_within(history, 20)
    recovery.took(time.monotonic() - began)
    for follower in FOLLOWERS:
        taken = signs.metric(stack, follower, "tongxin_inbox_events_total", outcome="duplicates")
        assert taken >= 2 * 12, f"{follower} saw what it had taken already"
    await filed_one_by_one(city, history, 2)
    await shuffled.whole_within(history, 10)
