"""What waits where: each consumer on the bus, each outbox, with the age of the oldest.

Read from outside the services, so that it is true when they are down. Always holds: it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from infra.local.blocking import blocking
from infra.local.stack import Stack
from infra.nats.collector import CollectorSettings
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.nats.monitoring import ConsumerState, look
from infra.nats.provision import ProvisionError
from tongxin_contracts.subjects import OWNERS

_OUTBOX: Final = """
select stream, count(*) as waiting, extract(epoch from now() - min(created_at))::float8 as oldest
from outbox where published_at is null group by stream order by stream
"""


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """A consumer and what waits for it."""

    state: ConsumerState
    oldest_seconds: float
    """Age of the first message that is not acknowledged; 0 when there is none."""

    @property
    def nobody_pulls(self) -> bool:
        """Whether messages wait and no service asks for them."""
        state = self.state
        return state.kind == "service" and state.pending > 0 and not state.waiting and not state.ack_pending

    def is_late(self, limit: float) -> bool:
        """Whether a service is behind by more than so many seconds; agencies read when they like."""
        return self.state.kind == "service" and (self.oldest_seconds > limit or self.nobody_pulls)


@dataclass(frozen=True, slots=True)
class OutboxLag:
    """Rows of one stream that are not on the bus yet."""

    service: str
    stream: str
    waiting: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Lag:
    """Everything that waits."""

    consumers: Sequence[ConsumerLag]
    outboxes: Sequence[OutboxLag]

    def is_late(self, limit: float) -> bool:
        """Whether anything of ours waits longer than so many seconds."""
        return any(one.is_late(limit) for one in self.consumers) or any(
            one.oldest_seconds > limit for one in self.outboxes
        )


def read_lag(stack: Stack) -> Lag:
    """Look now; raises ProvisionError when no server of the bus answers."""
    return blocking(_read(stack))


async def _read(stack: Stack) -> Lag:
    addresses = [stack.nats_monitor_url] if stack.embeds_nats else CollectorSettings().addresses
    state = look(addresses)
    if not any(state.servers.values()):
        raise ProvisionError(f"NATS 的监控页没有回答：{'、'.join(addresses)}")
    outboxes = [row for service in OWNERS for row in await _outbox(stack, service)]
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        context = client.jetstream()
        consumers = [ConsumerLag(one, await _oldest(context, one)) for one in state.consumers]
    return Lag(consumers, outboxes)


async def _outbox(stack: Stack, service: str) -> list[OutboxLag]:
    connection: Any = await asyncpg.connect(stack.database_url(service, "worker"), timeout=5)
    try:
        rows = await connection.fetch(_OUTBOX)
    finally:
        await connection.close()
    return [OutboxLag(service, row["stream"], row["waiting"], row["oldest"]) for row in rows]


async def _oldest(context: JetStreamContext, consumer: ConsumerState) -> float:
    if not consumer.pending and not consumer.ack_pending:
        return 0.0
    try:
        message = await context.get_msg(consumer.stream, seq=consumer.ack_floor + 1, next=True, subject=">")
    except NotFoundError:
        return 0.0
    if message.time is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - message.time).total_seconds())
