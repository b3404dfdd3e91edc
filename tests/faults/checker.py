"""Reads what is left after a fault and says which invariant does not hold; knows nothing of how the house works.

I1 every committed event is in its stream · I2 every follower took every event once · I3 in the order of versions ·
I4 points shown are the ledger's sum (checked where members take part) · I5 no state outside the graph, no open work on
what is decided.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from infra.local.stack import Stack
from infra.nats.connection import bus
from tongxin_contracts.subjects import event_stream


@dataclass(slots=True)
class Record:
    """What the fault left behind."""

    committed: list[tuple[UUID, UUID, int]] = field(default_factory=list)
    """(event, aggregate, version) of the owner's outbox, in the order of their ids."""
    streamed: list[UUID] = field(default_factory=list)
    """Event ids in the stream, in its order, repeats included."""
    gates: dict[str, dict[UUID, int]] = field(default_factory=dict)
    """Follower -> aggregate -> last version taken."""
    held: dict[str, int] = field(default_factory=dict)
    """Follower -> letters of any kind."""


async def read_record(stack: Stack, owner: str, followers: tuple[str, ...]) -> Record:
    """Collect it, as the superuser and the operator."""
    record = Record()
    rows = await fetch(stack, owner, "select message_id, aggregate, version from outbox where stream = $1 order by id",
                       event_stream(owner))  # fmt: skip
    record.committed = [(row["message_id"], row["aggregate"], row["version"]) for row in rows]
    record.streamed = await streamed_ids(stack, event_stream(owner))
    for follower in followers:
        consumer = f"{follower}:{event_stream(owner)}"
        gates = await fetch(
            stack, follower, "select aggregate, last_version from gate where consumer = $1", consumer
        )
        record.gates[follower] = {row["aggregate"]: row["last_version"] for row in gates}
        held = await fetch(
            stack, follower, "select count(*) as letters from held where consumer = $1", consumer
        )
        record.held[follower] = held[0]["letters"]
    return record


def violations(record: Record) -> list[str]:
    """Every invariant that does not hold, in words."""
    return [*_lost(record), *_order_in_stream(record), *_not_taken(record)]


def _lost(record: Record) -> list[str]:
    missing = {event for event, _, _ in record.committed} - set(record.streamed)
    return [f"I1: {len(missing)} committed events are not in the stream"] if missing else []


def _order_in_stream(record: Record) -> list[str]:
    place = {event: (aggregate, version) for event, aggregate, version in record.committed}
    first: dict[UUID, int] = {}
    found = []
    for event in dict.fromkeys(record.streamed):
        if event not in place:
            continue
        aggregate, version = place[event]
        if version != first.get(aggregate, 0) + 1:
            found.append(
                f"I3: aggregate {aggregate}: version {version} follows {first.get(aggregate, 0)} in the stream"
            )
        first[aggregate] = version
    return found


def _not_taken(record: Record) -> list[str]:
    newest: dict[UUID, int] = {}
    for _, aggregate, version in record.committed:
        newest[aggregate] = max(version, newest.get(aggregate, 0))
    found = []
    for follower, gates in record.gates.items():
        behind = {aggregate for aggregate, version in newest.items() if gates.get(aggregate, 0) != version}
        if behind:
            found.append(f"I2: {follower} has not taken all of {len(behind)} aggregates")
        if record.held[follower]:
            found.append(f"I7: {follower} still holds {record.held[follower]} letters")
    return found


async def streamed_ids(stack: Stack, stream: str) -> list[UUID]:
    """ce-ids in a stream, in order, by reading it message by message as the operator."""
    async with bus(stack.nats_url, stack.keys.seed("operator"), "operator") as client:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info(stream)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1):
            message = await jetstream.get_msg(stream, sequence)
            found.append(UUID((message.headers or {}).get("ce-id", str(UUID(int=0)))))
        return found


async def doubled_effects(stack: Stack, service: str, table: str, key: str) -> list[str]:
    """Keys that stand in a table more than once."""
    rows = await fetch(stack, service, f"select {key} as key from {table}")
    counted = Counter(row["key"] for row in rows)
    return [
        f"I2: {table} has {key} {value} {number} times" for value, number in counted.items() if number > 1
    ]


async def fetch(stack: Stack, service: str, sql: str, *arguments: Any) -> list[Any]:
    """Rows of one service's database as the superuser, who sees everything."""
    connection = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}")
    try:
        rows: list[Any] = await connection.fetch(sql, *arguments)
    finally:
        await connection.close()
    return rows
