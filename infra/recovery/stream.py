"""Reads what a stream holds without taking anything from it, and sets a consumer back in it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import FetchTimeoutError

from infra.local.problems import StackError
from tongxin_contracts.envelope import MESSAGE_ID, Envelope, EnvelopeError

_BATCH: Final = 1000
_TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Streamed:
    """One message as its headers tell of it."""

    sequence: int
    subject: str
    message_id: UUID | None
    """What the broker knew it by; None for what no relay of ours wrote."""
    envelope: Envelope | None

    @property
    def ids(self) -> set[UUID]:
        """Every id its outbox row may have."""
        return {found for found in (self.message_id, self.envelope and self.envelope.id) if found}


async def read_headers(client: Client, stream: str) -> list[Streamed]:
    """Every message in a stream up to its end now, in order, without payloads."""
    return [_streamed(message) async for message in _messages(client, stream, headers_only=True)]


async def _messages(client: Client, stream: str, *, headers_only: bool) -> AsyncIterator[Msg]:
    """The messages of a stream through a consumer that lives as long as this takes and acknowledges nothing."""
    context = client.jetstream()
    state = (await context.stream_info(stream)).state
    if not state.messages:
        return
    made = await context.add_consumer(
        stream,
        ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            headers_only=headers_only,
            inactive_threshold=30,
            mem_storage=True,
            num_replicas=1,
        ),
    )
    subscription = await context.pull_subscribe_bind(consumer=made.name, stream=stream)
    try:
        reached = 0
        while reached < state.last_seq:
            try:
                batch = await subscription.fetch(_BATCH, timeout=_TIMEOUT)
            except (FetchTimeoutError, NatsTimeoutError, TimeoutError):
                if not (await context.consumer_info(stream, made.name)).num_pending:
                    return  # what was last has been deleted meanwhile
                raise
            for message in batch:
                reached = message.metadata.sequence.stream
                if reached <= state.last_seq:
                    yield message
    finally:
        await subscription.unsubscribe()
        await context.delete_consumer(stream, made.name)


def _streamed(message: Msg) -> Streamed:
    headers = {name: value for name, value in (message.headers or {}).items() if name != "Nats-Msg-Size"}
    try:
        envelope = Envelope.from_headers(headers)
    except EnvelopeError:
        envelope = None
    return Streamed(
        message.metadata.sequence.stream, message.subject, _uuid(headers.get(MESSAGE_ID)), envelope
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(unquote(text)) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Whole:
    """One message with everything in it."""

    subject: str
    headers: dict[str, str]
    payload: bytes


async def message_at(client: Client, stream: str, sequence: int) -> Whole:
    """One message of a stream."""
    found = await client.jetstream().get_msg(stream, sequence)
    return Whole(found.subject or "", dict(found.headers or {}), found.data or b"")


async def sequence_at(client: Client, stream: str, moment: datetime) -> int:
    """The first message written at or after a moment; one past the end where there is none."""
    answer = await client.request(
        f"$JS.API.DIRECT.GET.{stream}",
        json.dumps({"start_time": moment.isoformat(), "next_by_subj": ">"}).encode(),
        timeout=_TIMEOUT,
    )
    found = (answer.headers or {}).get("Nats-Sequence")
    if found is not None:
        return int(found)
    return int((await client.jetstream().stream_info(stream)).state.last_seq) + 1


async def set_back(client: Client, stream: str, consumer: str, sequence: int) -> None:
    """Have a durable hand out everything from a sequence on once more; its settings stay as they are."""
    answer = await client.request(
        f"$JS.API.CONSUMER.RESET.{stream}.{consumer}",
        json.dumps({"seq": max(1, sequence)}).encode(),
        timeout=_TIMEOUT,
    )
    said: dict[str, Any] = json.loads(answer.data)
    if "error" in said:
        raise StackError(f"无法重置 {stream} 的消费者 {consumer}：{said['error'].get('description')}")
