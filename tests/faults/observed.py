"""Reads what is left after a fault, from databases and streams, as lines of a history; judges nothing.

As the superuser and the operator, who see everything: what a service says of itself is no evidence.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from nats.aio.client import Client

from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.nats.follows import FOLLOWS
from tongxin_contracts.subjects import OWNERS

Line = dict[str, Any]

EFFECTS: Mapping[str, Mapping[str, str]] = {
    "notify": {"notice": "(person, kind, matter)"},
    "members": {"duty_fact": "(member_id, kind, matter)"},
}
"""Where a second effect of one event would show: service -> table -> what may be there once.

Only tables whose own key is another one: where the database refuses a second row nothing can be seen.
"""


_STANDING: Mapping[str, Mapping[str, str]] = {
    "proposals": {"proposal": "select id, state, first_proposer, co_proposers = '{}' as alone from proposal"},
    "consultation": {"candidate": "select proposal_id as id, topic_id is not null as taken from candidate"},
    "notify": {"open_work": "select task_id as id, matter, kind as of from todo where closed_at is null"},
    "members": {
        "member": "select id, person_id as person from member",
        "fact": "select member_id as member, kind as of, matter from duty_fact where annulled_at is null",
    },
}
"""Rows whose agreement across services the checker asks for: service -> kind of line -> statement."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the house is looked at."""

    followers: Sequence[str] = OWNERS
    """Services that run and so have to have taken everything."""
    ordered_streams: bool = True
    """Whether streams hold each aggregate's versions in order; not where a fault put them there anyhow."""


async def observe(stack: Stack, scope: Scope = Scope()) -> list[Line]:
    """One observation of the whole house, begun by a line that says so."""
    lines: list[Line] = [{"kind": "observation", "ordered_streams": scope.ordered_streams}]
    for service in OWNERS:
        connection = await admin(stack, service)
        try:
            lines += await _committed(connection)
            lines += await _taken(connection, service) if service in scope.followers else []
            lines += await _effects(connection, service)
            lines += await _steps(connection, service)
            lines += await _deadlines(connection, service)
            for kind, sql in _STANDING.get(service, {}).items():
                lines += [{"kind": kind, **_plain(row)} for row in await connection.fetch(sql)]
        finally:
            await connection.close()
    streams = sorted({line["stream"] for line in lines if line["kind"] == "committed"})
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        for stream in streams:
            lines += [
                {"kind": "streamed", "stream": stream, "event": str(event)}
                for event in await ids_in_stream(client, stream)
            ]
    lines += [
        {"kind": "follows", "follower": follower, "stream": stream}
        for follower in scope.followers
        for stream in FOLLOWS[follower]
    ]
    return lines


async def _committed(connection: Any) -> list[Line]:
    rows = await connection.fetch("select stream, message_id, aggregate, version from outbox order by id")
    return [
        {
            "kind": "committed",
            "stream": row["stream"],
            "event": str(row["message_id"]),
            "aggregate": str(row["aggregate"]),
            "version": row["version"],
        }
        for row in rows
    ]


async def _taken(connection: Any, service: str) -> list[Line]:
    gates = await connection.fetch("select consumer, aggregate, last_version from gate")
    held = await connection.fetch("select consumer, count(*) as letters from held group by consumer")
    return [
        {
            "kind": "gate",
            "follower": service,
            "stream": row["consumer"].partition(":")[2],
            "aggregate": str(row["aggregate"]),
            "version": row["last_version"],
        }
        for row in gates
    ] + [
        {
            "kind": "held",
            "follower": service,
            "stream": row["consumer"].partition(":")[2],
            "letters": row["letters"],
        }
        for row in held
    ]


async def _effects(connection: Any, service: str) -> list[Line]:
    lines: list[Line] = []
    for table, key in EFFECTS.get(service, {}).items():
        rows = await connection.fetch(f"select {key}::text as key, count(*) as times from {table} group by 1")
        lines += [
            {"kind": "effect", "service": service, "table": table, "key": row["key"], "times": row["times"]}
            for row in rows
        ]
    return lines


async def _steps(connection: Any, service: str) -> list[Line]:
    rows = await connection.fetch(
        "select aggregate, sequence, detail from history order by aggregate, sequence"
    )
    lines: list[Line] = []
    for row in rows:
        change = json.loads(row["detail"])["changes"].get("state") if row["detail"] else None
        step = {"from": change[0], "to": change[1]} if change else {}
        lines.append(
            {
                "kind": "step",
                "service": service,
                "aggregate": str(row["aggregate"]),
                "sequence": row["sequence"],
                **step,
            }
        )
    return lines


async def _deadlines(connection: Any, service: str) -> list[Line]:
    rows = await connection.fetch("select id, matter, kind, due_at, fired_at, cancelled_at from deadline")
    return [
        {
            "kind": "deadline",
            "service": service,
            "id": str(row["id"]),
            "matter": str(row["matter"]),
            "of": row["kind"],
            "due_at": row["due_at"].timestamp(),
            "fired": row["fired_at"] is not None,
            "cancelled": row["cancelled_at"] is not None,
        }
        for row in rows
    ]


def _plain(row: Any) -> Line:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


async def ids_in_stream(client: Client, stream: str) -> list[UUID]:
    """ce-ids in a stream, in its order, repeats included.

    Read directly, without a consumer: one more of those has to find a node that is there.
    """
    state = (await client.jetstream().stream_info(stream)).state
    found: list[UUID] = []
    begin = state.first_seq
    while state.messages and begin <= state.last_seq:
        batch = await _read_from(client, stream, begin)
        if not batch:
            raise TimeoutError(
                f"{stream} has no message from {begin} on, and should have up to {state.last_seq}"
            )
        found += [UUID(headers.get("ce-id", str(UUID(int=0)))) for headers in batch]
        begin = int(batch[-1]["Nats-Sequence"]) + 1
    return found


async def _read_from(client: Client, stream: str, begin: int) -> list[dict[str, str]]:
    """Headers of the next messages, from whichever copy answers."""
    inbox = client.new_inbox()
    answers = await client.subscribe(inbox)
    try:
        wish = json.dumps({"seq": begin, "batch": 1000}).encode()
        await client.publish(f"$JS.API.DIRECT.GET.{stream}", wish, reply=inbox)
        found = []
        while "Status" not in (headers := (await answers.next_msg(timeout=5)).headers or {}):
            found.append(headers)
        return found
    finally:
        await answers.unsubscribe()


async def admin(stack: Stack, service: str) -> Any:
    """A connection to one service's database as the superuser, who sees everything."""
    return await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}", timeout=5)


async def fetch(stack: Stack, service: str, sql: str, *arguments: Any) -> list[Any]:
    """Rows of one service's database as the superuser."""
    connection = await admin(stack, service)
    try:
        rows: list[Any] = await connection.fetch(sql, *arguments)
    finally:
        await connection.close()
    return rows
