"""Hands events out once more: to one follower from the stream, or to all of them from the owner's outbox.

Harmless by design: the gate of each follower drops what it has taken (decision 1), so a replay mends a follower that
lacks something and changes nothing for one that does not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from chassis.topology import DUPLICATE_WINDOW
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.urls import with_database
from infra.recovery.stream import sequence_at, set_back
from tongxin_contracts.subjects import consumer_name

_AGAIN = """
select count(*) as rows, min(published_at) as first from outbox
where stream = $1 and published_at >= $2 and published_at < now() - $3::interval and payload is not null
"""
_SEND_AGAIN = """
update outbox set published_at = null
where stream = $1 and published_at >= $2 and published_at < now() - $3::interval and payload is not null
"""
_MARGIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a replay would hand out."""

    stream: str
    messages: int
    from_sequence: int | None = None
    """Where the follower begins again; None when the outbox sends again."""


async def plan_handing_out(stack: Stack, follower: str, stream: str, since: datetime) -> Plan:
    """How much the follower would be given; raises StackError when it does not follow that stream."""
    if stream not in stack.follows.get(follower, ()):
        followed = "、".join(stack.follows.get(follower, ())) or "没有"
        raise StackError(f"{follower} 不读取 {stream}；它读取的是：{followed}")
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        state = (await client.jetstream().stream_info(stream)).state
        first = max(await sequence_at(client, stream, since), state.first_seq)
    return Plan(stream, max(0, state.last_seq - first + 1), first)


async def hand_out(stack: Stack, follower: str, plan: Plan) -> None:
    """Set the follower's consumer back; the running service reads on from there by itself."""
    if plan.from_sequence is None:
        raise ValueError("a plan for the outbox")
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        await set_back(client, plan.stream, consumer_name(follower), plan.from_sequence)


async def plan_sending_again(stack: Stack, owner: str, stream: str, since: datetime) -> Plan:
    """How many events the owner's outbox would send again; those of the last two minutes the broker would drop."""
    row = await _on_owner(stack, owner, _AGAIN, stream, since)
    return Plan(stream, row["rows"])


async def send_again(stack: Stack, owner: str, stream: str, since: datetime) -> None:
    """Have the owner's relay publish them again, in order, under their own ids; for a stream that lost messages."""
    await _on_owner(stack, owner, _SEND_AGAIN, stream, since)


async def _on_owner(stack: Stack, owner: str, sql: str, stream: str, since: datetime) -> Any:
    connection: Any = await asyncpg.connect(with_database(stack.admin_url, owner))
    try:
        return await connection.fetchrow(sql, stream, since, DUPLICATE_WINDOW + _MARGIN)
    finally:
        await connection.close()
