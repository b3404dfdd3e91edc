"""One owner and its followers, looked at for a test that needs no history of the whole house; see checker.py for that.

I1 every committed event is in its stream · I2 every follower took every event once · I3 in the order of versions ·
I5 no state outside the graph, no open work on what is decided.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from infra.local.stack import Stack
from infra.nats.connection import bus
from tests.faults.observed import fetch, ids_in_stream
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
    """ce-ids in a stream, in order, as the operator reads them."""
    async with bus(stack.nats_url, stack.keys.seed("operator"), "operator") as client:
        return await ids_in_stream(client, stream)


async def all_versions(stack: Stack, owners: Sequence[str]) -> Counter[tuple[UUID, int]]:
    """How often each version of each aggregate was committed, over all owners."""
    counted: Counter[tuple[UUID, int]] = Counter()
    for owner in owners:
        rows = await fetch(
            stack, owner, "select aggregate, version from outbox where stream = $1", event_stream(owner)
        )
        counted.update((row["aggregate"], row["version"]) for row in rows)
    return counted


def unkept(promised: Sequence[tuple[UUID, int | None]], committed: Counter[tuple[UUID, int]]) -> list[str]:
    """I1: what a person was told has to be committed; I2: and committed once, however often it was sent."""
    lost = [(aggregate, version) for aggregate, version in promised
            if version is not None and version > 0 and (aggregate, version) not in committed]  # fmt: skip
    twice = [place for place, number in committed.items() if number > 1]
    return [
        f"I1: {aggregate} version {version} was acknowledged and is gone" for aggregate, version in lost
    ] + [f"I2: {aggregate} version {version} was stated twice" for aggregate, version in twice]


async def broken_steps(stack: Stack, service: str) -> list[str]:
    """I5: each change of state begins where the one before it ended, and no line of history is missing."""
    rows = await fetch(
        stack, service, "select aggregate, sequence, detail from history order by aggregate, sequence"
    )
    found, last = [], dict[UUID, tuple[int, Any]]()
    for row in rows:
        sequence, state = last.get(row["aggregate"], (0, None))
        if row["sequence"] != sequence + 1:
            found.append(f"I5: history of {row['aggregate']} jumps to {row['sequence']}")
        change = json.loads(row["detail"])["changes"].get("state")
        if change is not None:
            if change[0] != state:
                found.append(f"I5: {row['aggregate']} went from {change[0]} although it was {state}")
            state = change[1]
        last[row["aggregate"]] = (row["sequence"], state)
    return found


async def lost_deadlines(stack: Stack) -> list[str]:
    """I5: whatever waits for review has its deadline, and whatever was decided has none open."""
    rows = await fetch(
        stack,
        "proposals",
        """
        select p.id, p.state, count(d.id) filter (where d.fired_at is null and d.cancelled_at is null) as open
        from proposal p left join deadline d on d.matter = p.id and d.kind = 'review_due'
        group by p.id, p.state
        """,
    )
    return [
        f"I5: {row['id']} is {row['state']} and has {row['open']} deadlines of review"
        for row in rows
        if (row["state"] == "submitted") != (row["open"] == 1)
    ]
