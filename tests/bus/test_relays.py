"""Two relays of one stream, one of them asleep; and a relay on a slow network."""

import asyncio
import json
import random
import time
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeoutError

from chassis import bus, relay, telemetry
from chassis.failpoints import Failpoints
from chassis.relay import RefusedError, Relay
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus as operator_bus
from tests.bus.wire import STREAM, Wire, all_marked, message, running, waiting
from tests.faults.proxy import Proxy
from tests.house import portal_settings
from tests.waiting import until_async


async def test_a_relay_asleep_with_the_lock_is_put_out(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_ASLEEP", "1 second")
    sleeper = await asyncpg.connect(wire.stack.database_url("proposals", "worker"))
    assert await sleeper.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", f"relay:{STREAM}")
    aggregate = uuid4()
    await wire.state(message(aggregate, 1))

    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "the waiting relay took over")
    assert await wire.streamed(aggregate) == [1]
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await sleeper.fetchval("select 1")


async def test_a_relay_at_work_is_left_alone(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "_ASLEEP", "1 second")
    aggregates = [uuid4() for _ in range(3)]
    async with running(wire.relay(), wire.relay()):
        for version in range(1, 16):
            await wire.state(*(message(aggregate, version) for aggregate in aggregates))

            await until_async(lambda: all_marked(wire), "all is published", limit=20)
    async with wire.outbox.transaction() as tx:
        assert await tx.raw.fetchval("select count(*) from pg_locks where locktype = 'advisory'") <= 1
    for aggregate in aggregates:
        assert await wire.streamed(aggregate) == list(range(1, 16))


async def test_a_relay_on_a_slow_network_gets_on(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """An acknowledgement takes longer than a relay first waits for it: it waits longer the next time."""
    monkeypatch.setattr(relay, "_ACK_TIMEOUT", 0.4)
    port = urlsplit(wire.stack.nats_url).port
    assert port is not None
    async with Proxy(port, random.Random(1)).running() as proxy:
        settings = portal_settings(wire.stack).model_copy(
            update={
                "nats_seed_file": wire.stack.keys.seed("proposals"),
                "nats_url": f"nats://127.0.0.1:{proxy.listening}",
            }
        )
        slow = await bus.connect(settings, "proposals")
        proxy.latency = 0.3
        far = wire.relay(slow)
        await wire.state(message(uuid4(), 1))

        async with running(far):
            await until_async(lambda: all_marked(wire), "what was acknowledged late is marked", limit=40)
        await slow.close()


class Losing:
    """A sender's connection on which the second message of one batch gets lost."""

    def __init__(self, connection: Client, *, few: bool = False) -> None:
        self._connection = connection
        self.few = few
        self.lost = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def publish(self, subject: str, payload: bytes, *, headers: dict[str, str]) -> None:
        if not self.lost and headers.get("Nats-Batch-Sequence") == "2":
            self.lost += 1
            return
        await self._connection.publish(subject, payload, headers=headers)

    async def request(self, subject: str, payload: bytes, *, timeout: float, headers: Any) -> Msg:
        """Of few, sent one behind the other, the second one."""
        if not self.lost and headers and headers.get("ce-aggregateversion") == "2" and self.few:
            self.lost += 1
            raise NatsTimeoutError
        return await self._connection.request(subject, payload, timeout=timeout, headers=headers)


async def test_a_batch_that_arrived_in_part_goes_out_row_by_row(wire: Wire) -> None:
    """The broker says of an incomplete batch only that it is: each row by itself gets through, or its own reason."""
    aggregate, losing, many = uuid4(), Losing(wire.sender), relay.FEW + 1
    await wire.state(*(message(aggregate, version) for version in range(1, many + 1)))
    half = wire.relay(cast("Client", losing))

    incomplete = telemetry.RELAY_BATCHES.labels(STREAM, "incomplete")
    before = incomplete._value.get()
    async with running(half):
        await until_async(lambda: all_marked(wire), "all is published")
    assert (losing.lost, incomplete._value.get() - before) == (1, 1)
    assert await wire.streamed(aggregate) == list(range(1, many + 1))


async def test_of_few_nothing_gets_past_one_that_was_lost(wire: Wire) -> None:
    aggregate, losing = uuid4(), Losing(wire.sender, few=True)
    await wire.state(*(message(aggregate, version) for version in range(1, relay.FEW + 1)))
    half = wire.relay(cast("Client", losing))
    async with running(half):
        await until_async(lambda: all_marked(wire), "it was sent again")
    assert losing.lost == 1
    assert await wire.streamed(aggregate) == list(range(1, relay.FEW + 1))


class Refusing(Losing):
    """One on which the second of few never gets through."""

    async def request(self, subject: str, payload: bytes, *, timeout: float, headers: Any) -> Msg:
        """All others do."""
        self.lost = 0
        return await super().request(subject, payload, timeout=timeout, headers=headers)


async def test_of_few_those_that_are_out_are_marked_whatever_becomes_of_the_rest(wire: Wire) -> None:
    """Else they were sent again with it for as long as it is refused, longer than the broker knows them."""
    aggregate = uuid4()
    await wire.state(*(message(aggregate, version) for version in range(1, 4)))
    half = wire.relay(cast("Client", Refusing(wire.sender, few=True)))

    async def first_is_marked() -> bool:
        return await waiting(wire) == 2

    async with running(half):
        await until_async(first_is_marked, "the first one is marked", limit=5)
    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "the others are")
    assert await wire.streamed(aggregate) == [1, 2, 3]


async def test_a_stream_that_was_lost_is_filled_again_in_order(wire: Wire) -> None:
    aggregate = uuid4()
    await wire.state(message(aggregate, 1), message(aggregate, 2))

    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "all is published")
        async with operator_bus(
            wire.stack.nats_url, wire.stack.keys.seed(OPERATOR_USER), OPERATOR_USER
        ) as client:
            await client.jetstream().delete_stream(STREAM)
        await wire.state(message(aggregate, 3))
        await asyncio.to_thread(wire.stack.provision)
        await until_async(lambda: all_marked(wire), "what was lost and what is new is published")
    assert await wire.streamed(aggregate) == [1, 2, 3]


async def test_what_relaying_costs(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement a batch and a message an event: statements grow with the batches, never with the events."""
    sent: list[str] = []
    connect = asyncpg.connect

    async def noted(*arguments: Any, **options: Any) -> Any:
        session = await connect(*arguments, **options)
        session.add_query_logger(lambda record: sent.append(record.query))
        return session

    monkeypatch.setattr(asyncpg, "connect", noted)
    events = 3 * relay.BATCH_ROWS
    await wire.state(*(message(uuid4(), 1) for _ in range(events)))
    before = wire.sender.stats["out_msgs"]

    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "all is published")
        told = wire.sender.stats["out_msgs"] - before
        moving = [
            statement for statement in sent if "update outbox" in statement and "order by id" in statement
        ]
    # One reading to begin with, one that goes with each batch, and those of the idle relay's look meanwhile.
    assert len(moving) <= 1 + events / relay.BATCH_ROWS + 3, sent
    assert events <= told <= events + 5


async def test_the_last_of_many_is_marked_without_anybody_asking(wire: Wire) -> None:
    far = wire.relay(poll_interval=600)
    await wire.state(*(message(uuid4(), 1) for _ in range(2 * relay.BATCH_ROWS)))
    async with running(far):
        await until_async(lambda: all_marked(wire), "all is marked", limit=30)


async def test_a_header_with_a_line_break_goes_out_as_one_line(wire: Wire) -> None:
    """Nothing of ours has one; a row that has one must not put a header of its own on the message."""
    aggregate = uuid4()
    await wire.state(message(aggregate, 1))
    admin = await asyncpg.connect(wire.stack.admin_url.rsplit("/", 1)[0] + "/proposals")
    odd = json.dumps({"ce-actor": "somebody\r\nNats-Rollup: all"})
    await admin.execute(
        "update outbox set headers = (headers::jsonb || $1::jsonb)::text where aggregate = $2", odd, aggregate
    )
    await admin.close()
    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "it went out")
    stream = wire.sender.jetstream()
    last = (await stream.stream_info(STREAM)).state.last_seq
    found = (await stream.get_msg(STREAM, last, direct=True)).headers or {}
    assert found["ce-actor"] == "somebody  Nats-Rollup: all"
    assert "Nats-Rollup" not in found


async def test_a_poke_that_comes_with_the_end_does_not_keep_a_relay() -> None:
    for moments in range(4):
        idle = Relay(
            STREAM,
            database_url="",
            connection=cast("Client", None),
            failpoints=Failpoints(""),
            poll_interval=60,
        )
        task = asyncio.create_task(idle._idle(time.monotonic()))
        await asyncio.sleep(0)  # it waits now
        idle.poke()
        for _ in range(moments):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled(), f"cancelled {moments} moments after the poke"


async def test_a_relay_that_ends_leaves_no_reading_behind() -> None:
    """Its session is given back next: what still reads there would be cut off, and what it marks with it."""

    class Session:
        asked = 0
        read = 0

        async def fetch(self, *_: object) -> list[dict[str, Any]]:
            self.asked += 1
            if self.asked == 2:
                task.cancel()  # while a batch is about to go out
                for _moment in range(5):
                    await asyncio.sleep(0)
            self.read += 1
            return [{"id": number, "payload": b"{}"} for number in range(relay.BATCH_ROWS)]

    ending = Relay(
        STREAM,
        database_url="",
        connection=cast("Client", None),
        failpoints=Failpoints(""),
        poll_interval=60,
    )
    session = Session()
    task = asyncio.create_task(ending._work(session))
    read: list[int] = []
    task.add_done_callback(lambda _: read.append(session.read))
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert read == [session.asked] == [2]


async def test_what_a_server_without_a_leader_says_of_a_stream_is_not_believed() -> None:
    class Island:
        leader = ""

        async def request(self, *_: object, **__: object) -> Any:
            cluster = {"leader": self.leader, "replicas": [{"name": "n2"}]}
            state = {"state": {"last_seq": 0}, "cluster": cluster}
            return SimpleNamespace(data=json.dumps(state).encode())

    island = Island()
    asking = Relay(
        STREAM,
        database_url="",
        connection=cast("Client", island),
        failpoints=Failpoints(""),
        poll_interval=60,
    )
    with pytest.raises(RefusedError, match="no leader"):
        await asking._read_last_sequence()
    island.leader = "n1"
    await asking._read_last_sequence()
