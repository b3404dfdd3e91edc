"""Events are written beside the change they state, in the same transaction; the relay publishes them later.

Always holds: no event leaves without its change being committed, and no change is committed without its event. Rows
are kept 90 days: the outbox is the record, the broker is not. Whoever inserts holds the aggregate's lock, so an
aggregate's rows get their ids in the order of their versions.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis.database import Transaction
from chassis.problems import TooLarge
from chassis.together import Write, write_together
from tongxin_contracts.envelope import Envelope

MAX_EVENT: Final = 64 * 1024
"""Bytes; a larger event fails in the command that wanted to state it (decision 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way out."""

    envelope: Envelope
    stream: str
    subject: str
    payload: bytes
    message_id: UUID | None = None
    """What the broker knows duplicates by; None takes the event's own id."""


_INSERT = """
insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::uuid[], $8::int[])
"""
_INSERT_ONE = """
insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


def writes(messages: Sequence[Outgoing], *, limit: int = MAX_EVENT) -> list[Write]:
    """What inserts messages in the order given, one statement; raises TooLarge for an event above the limit."""
    if not messages:
        return []
    for message in messages:
        if len(message.payload) > limit:
            raise TooLarge(f"内容超过 {limit // 1024} KB，请精简正文或改用附件")
    if len(messages) == 1:
        return [Write(_INSERT_ONE, [column[0] for column in _columns(messages)])]
    return [Write(_INSERT, _columns(messages))]


def _columns(messages: Sequence[Outgoing]) -> list[list[Any]]:
    return [
        [message.message_id or message.envelope.id for message in messages],
        [message.stream for message in messages],
        [message.subject for message in messages],
        [json.dumps(message.envelope.headers()) for message in messages],
        [message.payload for message in messages],
        [message.envelope.committee for message in messages],
        [message.envelope.aggregate for message in messages],
        [message.envelope.version for message in messages],
    ]


async def write(tx: Transaction, messages: Sequence[Outgoing], *, limit: int = MAX_EVENT) -> None:
    """Insert messages by themselves."""
    await write_together(tx, writes(messages, limit=limit))
