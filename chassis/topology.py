"""What streams and consumers must look like, as plain values; no connection, no I/O.

Provisioning makes the server match these specs, and readiness compares the server with the same specs: there is
one description, so a service can never be ready on a bus that provisioning would want to change. Which streams a
service follows always comes from the caller. Names come from `tongxin_contracts.subjects` and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    ReplayPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from tongxin_contracts import subjects

Follows = Mapping[str, Sequence[str]]
"""Service -> the streams it has a consumer on."""

EVENT_AGE: Final = timedelta(days=90)
"""How long the broker keeps events: as long as the outbox keeps its rows (decision 8)."""
PERSON_AGE: Final = timedelta(days=7)
"""Contact data only passes through (decision 15)."""
QUARANTINE_AGE: Final = timedelta(hours=24)
"""An upload that no command took within a day is nobody's."""
DUPLICATE_WINDOW: Final = timedelta(minutes=2)
"""Within it a message id is taken once; outside it the inbox is the guard."""

GIB: Final = 1024**3
MAX_ACK_PENDING: Final = 5000
"""Ten batches of 500 in hand at once, over all replicas of a service."""
AGENCY_MAX_ACK_PENDING: Final = 1000
"""An agency that takes and never acknowledges stops at this many."""


@dataclass(frozen=True, slots=True)
class WantedConsumer:
    """A durable consumer and the stream it belongs to."""

    stream: str
    config: ConsumerConfig

    @property
    def name(self) -> str:
        """The durable's name; a spec without one is a mistake in this module."""
        if self.config.durable_name is None:
            raise ValueError(f"consumer without a name on {self.stream}")
        return self.config.durable_name


def event_stream_spec(service: str, replicas: int) -> StreamConfig:
    """The stream of one service's events: refuses what no longer fits instead of forgetting the oldest."""
    return _stream(
        subjects.event_stream(service),
        [f"evt.*.{service}.>"],
        age=EVENT_AGE,
        max_bytes=GIB,
        replicas=replicas,
    )


def person_stream_spec(replicas: int) -> StreamConfig:
    """Contact data from members to portal and notify."""
    return _stream(
        subjects.PERSON_STREAM, ["person.>"], age=PERSON_AGE, max_bytes=GIB // 4, replicas=replicas
    )


def agency_stream_spec(replicas: int) -> StreamConfig:
    """What notify cut for agencies."""
    return _stream(subjects.AGENCY_STREAM, ["agency.>"], age=EVENT_AGE, max_bytes=GIB, replicas=replicas)


def advisory_stream_spec(replicas: int) -> StreamConfig:
    """The server's notes on messages it gave up on; here the newest matter more than the oldest."""
    spec = _stream(
        subjects.ADVISORY_STREAM,
        [
            "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>",
            "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>",
        ],
        age=EVENT_AGE,
        max_bytes=GIB // 16,
        replicas=replicas,
    )
    spec.discard = DiscardPolicy.OLD
    spec.allow_atomic = False
    return spec


def quarantine_stream(bucket: str = subjects.QUARANTINE_BUCKET) -> str:
    """The stream behind an object bucket."""
    return f"OBJ_{bucket}"


def quarantine_spec(replicas: int) -> StreamConfig:
    """The bucket of uploads no command has taken yet, with its own limit so that files cannot stop events."""
    bucket = subjects.QUARANTINE_BUCKET
    return StreamConfig(
        name=quarantine_stream(bucket),
        subjects=[f"$O.{bucket}.C.>", f"$O.{bucket}.M.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=QUARANTINE_AGE.total_seconds(),
        max_bytes=2 * GIB,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        allow_rollup_hdrs=True,
        allow_direct=True,
    )


def stream_specs(replicas: int) -> list[StreamConfig]:
    """Every stream of the system."""
    return [
        *(event_stream_spec(service, replicas) for service in subjects.OWNERS),
        person_stream_spec(replicas),
        agency_stream_spec(replicas),
        advisory_stream_spec(replicas),
        quarantine_spec(replicas),
    ]


def consumer_spec(service: str, ack_wait: timedelta) -> ConsumerConfig:
    """A service's durable on a stream it follows: everything in it, until acknowledged, in pulls."""
    return ConsumerConfig(
        durable_name=subjects.consumer_name(service),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        ack_wait=ack_wait.total_seconds(),
        max_deliver=-1,
        max_ack_pending=MAX_ACK_PENDING,
    )


def consumer_specs(service: str, follows: Follows, ack_wait: timedelta) -> list[WantedConsumer]:
    """One consumer for each stream the service follows; a service that follows nothing has none."""
    return [WantedConsumer(stream, consumer_spec(service, ack_wait)) for stream in follows.get(service, ())]


def agency_consumer_spec(agency: str) -> ConsumerConfig:
    """The one consumer of an agency: the filter is ours, so it can only ever see its own messages."""
    return ConsumerConfig(
        durable_name=subjects.agency_consumer(agency),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        replay_policy=ReplayPolicy.INSTANT,
        ack_wait=timedelta(seconds=30).total_seconds(),
        max_deliver=-1,
        max_ack_pending=AGENCY_MAX_ACK_PENDING,
        filter_subject=f"agency.{agency}.>",
    )


def drift(actual: StreamConfig | ConsumerConfig | None, wanted: StreamConfig | ConsumerConfig) -> list[str]:
    """Name each setting in which the server's object differs from the spec; empty when it does not.

    Only what the spec states is compared: a server adds defaults and metadata of its own.
    """
    label = _label(wanted)
    if actual is None:
        return [f"{label} is missing"]
    have, want = actual.as_dict(), wanted.as_dict()
    return [
        f"{label}: {key} is {_plain(have.get(key))!r}, should be {_plain(value)!r}"
        for key, value in want.items()
        if value is not None and not _same(have.get(key), value)
    ]


def _label(config: StreamConfig | ConsumerConfig) -> str:
    if isinstance(config, StreamConfig):
        return f"stream {config.name}"
    return f"consumer {config.durable_name}"


def _same(have: object, want: object) -> bool:
    have, want = _plain(have), _plain(want)
    if isinstance(want, list) and isinstance(have, list):
        return sorted(map(str, have)) == sorted(map(str, want))
    # A server leaves out what is false, zero or unset.
    return have == want or (not have and not want)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _stream(name: str, names: list[str], *, age: timedelta, max_bytes: int, replicas: int) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=names,
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=age.total_seconds(),
        max_bytes=max_bytes,
        num_replicas=replicas,
        duplicate_window=DUPLICATE_WINDOW.total_seconds(),
        allow_direct=True,
        allow_atomic=True,
    )
