"""What an owner's outbox, its streams and its followers' gates know of each other, and where they differ.

Read in an order that makes a running house look whole: first the streams, then what followers have taken, then the
outbox, which must know everything the other two do. Nothing is changed here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from nats.aio.client import Client

from chassis.topology import EVENT_AGE, Follows
from infra.nats.permissions import owned_streams
from infra.postgres.urls import with_database
from infra.recovery.stream import Streamed, read_headers
from tongxin_contracts.catalogue import EVENTS
from tongxin_contracts.subjects import AGENCY_STREAM, PERSON_STREAM, consumer_name

_MARGIN: Final = timedelta(days=1)
"""At the end of its life a message may be gone from the stream or the outbox first; nobody mends that."""

VERSIONED: Final = """
select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name in ('id', 'version', 'committee')
    and c.table_name <> 'held' and c.data_type in ('uuid', 'integer', 'text')
group by c.table_name having count(*) = 3 order by c.table_name
"""
"""The tables of aggregates: they have an id, a version and a committee."""

PASSING: Final = frozenset(
    {event.aggregate for event in EVENTS if event.stream() == PERSON_STREAM}
    - {event.aggregate for event in EVENTS if event.stream() != PERSON_STREAM}
)
"""Aggregates that are told by contact data alone: no event stream knows them."""


@dataclass(frozen=True, slots=True)
class Undone:
    """An event the bus has and the owner's outbox does not know."""

    id: UUID
    type: str
    version: int
    committee: str
    stream: str
    sequence: int
    epoch: int
    at: datetime

    @property
    def name(self) -> str:
        """`proposal_filed`, from the type."""
        return self.type.split(".")[2]


@dataclass(slots=True)
class Ahead:
    """An aggregate of which others know more than its owner."""

    aggregate: UUID
    stream: str
    kept_version: int
    top: int
    """The highest version anybody knows."""
    undone: list[Undone] = field(default_factory=list)
    followers: set[str] = field(default_factory=set)
    """Who has taken more than the owner knows."""
    standing: dict[int, UUID] = field(default_factory=dict)
    """Version -> event at which a follower's gate stands."""
    table: str | None = None
    """Where the owner keeps it; None when it does not any more."""

    @property
    def start(self) -> int:
        """The version the owner goes on above: whatever anybody knows, the owner itself included."""
        return max(self.top, self.kept_version)


@dataclass(frozen=True, slots=True)
class Behind:
    """A follower that acknowledged what it has no trace of: its own database went back."""

    follower: str
    stream: str
    aggregates: int
    from_sequence: int


@dataclass(frozen=True, slots=True)
class Unseeded:
    """A follower that will never hear of aggregates unless it is told their states: nobody has the events any more."""

    follower: str
    aggregates: int


@dataclass(slots=True)
class Difference:
    """Everything there is to mend about one service's events."""

    service: str
    unreconciled_since: datetime | None = None
    unsent: dict[str, list[int]] = field(default_factory=dict)
    """Stream -> ids of outbox rows that are marked as published and are not there."""
    forgotten: int = 0
    """Of the same, those whose payload was let go (contact data): nobody can send them again."""
    unmarked: list[int] = field(default_factory=list)
    """Outbox rows that wait although the stream has them."""
    ahead: list[Ahead] = field(default_factory=list)
    behind: list[Behind] = field(default_factory=list)
    unseeded: list[Unseeded] = field(default_factory=list)

    @property
    def is_none(self) -> bool:
        """Whether nothing is to be mended."""
        return not (self.is_mendable or self.unseeded)

    @property
    def is_mendable(self) -> bool:
        """Whether `mend` has anything to do; to seed a follower is a step of its own."""
        return bool(self.unreconciled_since or self.unsent or self.unmarked or self.ahead or self.behind)


@dataclass(slots=True)
class _Stream:
    """One stream and how far its followers have come in it."""

    name: str
    messages: list[Streamed]
    acknowledged: dict[str, int]
    """Follower -> up to which sequence it acknowledged everything."""
    gates: dict[str, dict[UUID, tuple[int, UUID | None]]]
    """Follower -> aggregate -> last version taken, and the event it was."""
    waiting: dict[str, set[UUID]]
    """Follower -> aggregates of which it holds letters."""
    stuck: dict[str, set[UUID]]
    """Follower -> those of them that wait for a person, and not for an earlier event."""


async def compare(client: Client, admin_url: str, service: str, follows: Follows) -> Difference:
    """Look at one service's streams, its followers and its outbox; the service may be running or not."""
    owner: Any = await asyncpg.connect(with_database(admin_url, service))
    try:
        found = Difference(service, await owner.fetchval("select unreconciled_since from epoch"))
        began: datetime = await owner.fetchval("select now()")
        streams = [
            await _read_stream(client, admin_url, stream, follows) for stream in owned_streams(service)
        ]
        outbox = await owner.fetch(
            "select id, message_id, stream, aggregate, version, published_at, payload is not null as whole from outbox"
        )
        held, tables = await _versions_held(owner)
        settled = await owner.fetch("select aggregate, version, undone from restored")
    finally:
        await owner.close()
    versions = dict(held)
    for row in outbox:
        versions[row["aggregate"]] = max(versions.get(row["aggregate"], 0), row["version"])
    known = {row["message_id"] for row in outbox} | {UUID(one) for row in settled for one in row["undone"]}
    for row in settled:
        versions[row["aggregate"]] = max(versions.get(row["aggregate"], 0), row["version"])
    for stream in streams:
        _compare_outbox(found, stream, outbox, began)
        if stream.name != AGENCY_STREAM:
            _find_ahead(found, stream, known, versions)
            _find_behind(found, stream)
        if stream.name != PERSON_STREAM:
            lasting = {one: version for one, version in held.items() if tables[one] not in PASSING}
            _find_unseeded(found, stream, outbox, lasting)
    for ahead in found.ahead:
        ahead.table = tables.get(ahead.aggregate)
    return found


async def _read_stream(client: Client, admin_url: str, stream: str, follows: Follows) -> _Stream:
    read = _Stream(stream, await read_headers(client, stream), {}, {}, {}, {})
    for follower in (service for service, streams in follows.items() if stream in streams):
        info = await client.jetstream().consumer_info(stream, consumer_name(follower))
        read.acknowledged[follower] = info.ack_floor.stream_seq if info.ack_floor else 0
        connection: Any = await asyncpg.connect(with_database(admin_url, follower))
        try:
            consumer = f"{consumer_name(follower)}:{stream}"
            rows = await connection.fetch(
                "select aggregate, last_version, last_event_id from gate where consumer = $1", consumer
            )
            held = await connection.fetch(
                "select distinct aggregate, reason from held where consumer = $1 and aggregate is not null",
                consumer,
            )
        finally:
            await connection.close()
        read.gates[follower] = {row["aggregate"]: (row["last_version"], row["last_event_id"]) for row in rows}
        read.waiting[follower] = {row["aggregate"] for row in held}
        read.stuck[follower] = {row["aggregate"] for row in held if row["reason"] != "gap"}
    return read


async def _versions_held(owner: Any) -> tuple[dict[UUID, int], dict[UUID, str]]:
    """The version of every aggregate that its owner holds, and the table each is in."""
    versions: dict[UUID, int] = {}
    tables: dict[UUID, str] = {}
    for table in await owner.fetch(VERSIONED):
        name: str = table["table_name"]
        for row in await owner.fetch(f'select id, version from "{name}"'):  # noqa: S608 - a name of the catalogue's
            versions[row["id"]] = max(versions.get(row["id"], 0), row["version"])
            tables[row["id"]] = name
    return versions, tables


def _compare_outbox(found: Difference, stream: _Stream, outbox: Sequence[Any], began: datetime) -> None:
    there = {id_ for message in stream.messages for id_ in message.ids}
    oldest = began - EVENT_AGE + _MARGIN
    missing = []
    for row in (row for row in outbox if row["stream"] == stream.name):
        if row["published_at"] is None:
            if row["message_id"] in there:
                found.unmarked.append(row["id"])
        elif row["message_id"] not in there and oldest < row["published_at"] < began:
            if row["whole"]:
                missing.append(row["id"])
            else:
                found.forgotten += 1
    if missing:
        found.unsent[stream.name] = missing


def _find_ahead(found: Difference, stream: _Stream, known: set[UUID], versions: Mapping[UUID, int]) -> None:
    ahead: dict[UUID, Ahead] = {}

    def note(aggregate: UUID, version: int) -> Ahead:
        made = ahead.setdefault(aggregate, Ahead(aggregate, stream.name, versions.get(aggregate, 0), 0))
        made.top = max(made.top, version)
        return made

    oldest = datetime.now(UTC) - EVENT_AGE + _MARGIN
    for message in stream.messages:
        envelope = message.envelope
        if envelope is None or envelope.source != found.service or message.ids & known:
            continue
        if envelope.time > oldest:
            note(envelope.aggregate, envelope.version).undone.append(
                Undone(
                    envelope.id,
                    envelope.type,
                    envelope.version,
                    envelope.committee,
                    stream.name,
                    message.sequence,
                    envelope.epoch,
                    envelope.time,
                )
            )
    for follower, gates in stream.gates.items():
        for aggregate, (version, event_id) in gates.items():
            if version > versions.get(aggregate, 0):
                found_ahead = note(aggregate, version)
                found_ahead.followers.add(follower)
                if event_id is not None:
                    found_ahead.standing[version] = event_id
    found.ahead += ahead.values()


def _find_behind(found: Difference, stream: _Stream) -> None:
    for follower, gates in stream.gates.items():
        first: dict[UUID, int] = {}
        for message in stream.messages:
            envelope = message.envelope
            if envelope is None or message.sequence > stream.acknowledged[follower]:
                continue
            taken, _event = gates.get(envelope.aggregate, (0, None))
            if envelope.aggregate not in stream.waiting[follower] and envelope.version > taken:
                first.setdefault(envelope.aggregate, message.sequence)
        if first:
            found.behind.append(Behind(follower, stream.name, len(first), min(first.values())))


def _find_unseeded(
    found: Difference, stream: _Stream, outbox: Sequence[Any], held: Mapping[UUID, int]
) -> None:
    """Who lacks an event that neither stream nor outbox has: nothing that is yet to come can close that gap."""
    there = {(one.envelope.aggregate, one.envelope.version) for one in stream.messages if one.envelope}
    there |= {(row["aggregate"], row["version"]) for row in outbox if row["stream"] == stream.name}
    for follower, gates in stream.gates.items():
        number = 0
        for aggregate, version in held.items():
            taken, _event = gates.get(aggregate, (0, None))
            number += (
                taken < version
                and (aggregate, taken + 1) not in there
                and aggregate not in stream.stuck[follower]
            )
        if number:
            found.unseeded.append(Unseeded(follower, number))
