"""Raw nats-py putting messages into a stream in atomic batches (ADR-50 of NATS), from memory, with no record of them."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from nats.aio.client import Client


@dataclass(frozen=True, slots=True)
class Message:
    """Ready to be sent."""

    subject: str
    headers: dict[str, str]
    payload: bytes


async def publish(connection: Client, batch: Sequence[Message]) -> None:
    """One batch: all of it is in the stream when this returns."""
    batch_id = uuid.uuid4().hex
    for position, message in enumerate(batch[:-1], 1):
        headers = message.headers | {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(position)}
        await connection.publish(message.subject, message.payload, headers=headers)
    last = batch[-1]
    headers = last.headers | {
        "Nats-Batch-Id": batch_id,
        "Nats-Batch-Sequence": str(len(batch)),
        "Nats-Batch-Commit": "1",
    }
    reply = await connection.request(last.subject, last.payload, headers=headers, timeout=10)
    answer = json.loads(reply.data)
    if "error" in answer:
        raise RuntimeError(answer["error"])
