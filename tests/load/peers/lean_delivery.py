"""The fast path's other half: a relay that publishes what waits and a consumer that takes batches, in one process.

Few go out as single messages, all on their way at once, many as an atomic batch: what is cheaper for one broker.

Environment: `DSN`, `NATS`.
"""

import asyncio
import json
import os
import uuid
from typing import Any

import asyncpg
import nats
import uvloop
from nats.js.api import ConsumerConfig

STREAM = "PEER_LEAN"
_SEEN_BEFORE = 10201
_FEW = 16
_WAITING = "select id, event_id, subject, payload from outbox order by id limit 500"
_INBOX = """
insert into inbox select unnest($1::uuid[]), 'projection' on conflict do nothing returning event_id
"""
_PROJECT = """
insert into projection select member_id, count(*) from unnest($1::uuid[]) as told (member_id) group by 1
on conflict (member_id) do update set facts = projection.facts + excluded.facts
"""


async def relay() -> None:
    """Publish what waits, forget it, wait to be woken."""
    bus = await nats.connect(os.environ["NATS"])
    database = await asyncpg.connect(os.environ["DSN"])
    wake = asyncio.Event()

    async def poked(_message: Any) -> None:
        wake.set()

    await bus.subscribe("poke.outbox", cb=poked)
    while True:
        wake.clear()
        rows = await database.fetch(_WAITING)
        if rows:
            await _publish(bus, rows)
            await database.execute("delete from outbox where id = any($1)", [row["id"] for row in rows])
            continue
        try:
            await asyncio.wait_for(wake.wait(), 0.25)
        except TimeoutError:
            continue


async def _publish(bus: Any, rows: list[Any]) -> None:
    if len(rows) <= _FEW:
        await asyncio.gather(*(_publish_one(bus, row) for row in rows))
    else:
        await _publish_many(bus, rows)


async def _publish_one(bus: Any, row: Any) -> None:
    headers = {"Nats-Msg-Id": str(row["event_id"])}
    answer = json.loads((await bus.request(row["subject"], row["payload"], headers=headers, timeout=5)).data)
    if "error" in answer:
        raise RuntimeError(answer)


async def _publish_many(bus: Any, rows: list[Any]) -> None:
    batch = uuid.uuid4().hex
    for position, row in enumerate(rows[:-1], 1):
        headers = {
            "Nats-Batch-Id": batch,
            "Nats-Batch-Sequence": str(position),
            "Nats-Msg-Id": str(row["event_id"]),
        }
        await bus.publish(row["subject"], row["payload"], headers=headers)
    headers = {
        "Nats-Msg-Id": str(rows[-1]["event_id"]),
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(len(rows)),
        "Nats-Batch-Commit": "1",
    }
    answer = json.loads(
        (await bus.request(rows[-1]["subject"], rows[-1]["payload"], headers=headers, timeout=5)).data
    )
    if answer.get("error", {}).get("err_code") == _SEEN_BEFORE:
        # The program before was ended between publishing and forgetting: one by one, the broker drops what it has.
        for row in rows:
            await _publish_one(bus, row)
    elif "error" in answer:
        raise RuntimeError(answer)


async def consume() -> None:
    """Take batches exactly once into a projection."""
    bus = await nats.connect(os.environ["NATS"])
    database = await asyncpg.connect(os.environ["DSN"])
    wanted = ConsumerConfig(max_ack_pending=5000)
    pull = await bus.jetstream().pull_subscribe("peer.>", durable="projection", stream=STREAM, config=wanted)
    while True:
        try:
            messages = await pull.fetch(500, timeout=1)
        except nats.errors.TimeoutError:
            continue
        by_id = {(message.headers or {})["Nats-Msg-Id"]: json.loads(message.data) for message in messages}
        async with database.transaction():
            new = await database.fetch(_INBOX, list(by_id))
            await database.execute(_PROJECT, [by_id[str(row["event_id"])]["member_id"] for row in new])
        for message in messages:
            await message.ack()


async def main() -> None:
    """Both, for ever."""
    await asyncio.gather(relay(), consume())


if __name__ == "__main__":
    uvloop.run(main())
