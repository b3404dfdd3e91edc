"""Closes the holes that a restore leaves in the versions an owner can tell of.

What the streams still have of the time that is gone is taken into the outbox as it was, so that a stream can always be
made anew from it. Where nobody but a follower's gate knows of a version, a filler takes its place: it has the id the
follower knows, and an epoch of before, so that whoever took the version drops it and whoever did not goes on.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from nats.aio.client import Client

from chassis import outbox
from chassis.database import Transaction
from chassis.ids import new_id
from infra.recovery.compare import Ahead
from infra.recovery.snapshots import kind_of
from infra.recovery.stream import message_at
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.restoring import AGGREGATE_RESTORED
from tongxin_contracts.subjects import PERSON_STREAM, ServiceName, person_subject

ACTOR: Final = "system:restore"

_COLLIDING: Final = (
    "delete from outbox where aggregate = $1 and version >= $2 and stream = $3 returning message_id"
)
_ADOPT: Final = """
insert into outbox (message_id, stream, subject, headers, payload, committee, aggregate, version, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now()) on conflict (message_id) do nothing
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which aggregate a message stands."""

    aggregate: UUID
    stream: str
    version: int
    committee: str
    epoch: int


def message(
    service: ServiceName, event: Event, place: Place, now: datetime, event_id: UUID | None = None
) -> outbox.Outgoing:
    """An event as a restore states it."""
    cause, type_ = new_id(), type(event)
    subject = (
        person_subject(place.committee, type_.message_name, type_.version)
        if place.stream == PERSON_STREAM
        else type_.subject(place.committee)
    )
    return outbox.Outgoing(
        envelope=Envelope(
            id=event_id or new_id(),
            type=type_.type_name(),
            source=service,
            time=now,
            committee=place.committee,
            actor=ACTOR,
            aggregate=place.aggregate,
            version=place.version,
            correlation_id=cause,
            causation_id=cause,
            epoch=place.epoch,
        ),
        stream=place.stream,
        subject=subject,
        payload=event.model_dump_json().encode(),
    )


async def fill(
    client: Client, tx: Transaction, service: ServiceName, ahead: Ahead, committee: str, now: datetime
) -> list[outbox.Outgoing]:
    """Take in what the stream has, and return fillers for what it has not."""
    for one in ahead.undone:
        found = await message_at(client, one.stream, one.sequence)
        headers = {name: value for name, value in found.headers.items() if not name.startswith("Nats-")}
        await tx.raw.execute(
            _ADOPT,
            one.id,
            one.stream,
            found.subject,
            json.dumps(headers),
            None if one.stream == PERSON_STREAM else found.payload,
            one.committee,
            ahead.aggregate,
            one.version,
        )
    known = {one.version for one in ahead.undone}
    oldest = min((one.epoch for one in ahead.undone), default=1)
    filler = AGGREGATE_RESTORED[service](
        aggregate_id=ahead.aggregate,
        kind=kind_of(ahead),
        kept_version=ahead.kept_version,
        undone=(),
        undone_names=(),
    )
    return [
        message(
            service,
            filler,
            Place(ahead.aggregate, ahead.stream, version, committee, oldest),
            now,
            ahead.standing.get(version),
        )
        for version in range(ahead.kept_version + 1, ahead.top + 1)
        if version not in known
    ]


async def take_out_colliding(tx: Transaction, ahead: Ahead) -> list[str]:
    """Let go of what the owner stated at versions of the time that is gone; it is stated again above. Their ids."""
    if not ahead.undone:
        return []
    first = min(one.version for one in ahead.undone)
    rows: list[Any] = await tx.raw.fetch(_COLLIDING, ahead.aggregate, first, ahead.stream)
    return [str(row["message_id"]) for row in rows]
