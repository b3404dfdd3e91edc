"""Messages that wait: for an earlier version, or, as dead letters, for a person.

Always holds: a held message keeps its place, its content and the reason; parking what comes too early and keeping what
nobody can take is one mechanism and one table (decision 1).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis.database import Transaction
from tongxin_contracts.catalogue import events_by_type
from tongxin_contracts.envelope import Envelope, EnvelopeError
from tongxin_contracts.message import Event

_COMMITTEE: Final = re.compile(r"[0-9]{6}")
UNREAD: Final = ("undecodable", "unknown_version", "unknown_type")
"""Reasons that another version of the code may judge otherwise: it takes such letters again by itself, once."""
GAP: Final = "gap"
"""Waits for an earlier version; every other reason is a dead letter and waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it came from the broker or out of `held`."""

    subject: str
    headers: Mapping[str, str]
    payload: bytes
    stream_sequence: int
    held_id: int | None = None


@dataclass(slots=True, kw_only=True)
class Arrived:
    """A letter whose envelope could be read."""

    letter: Letter
    envelope: Envelope
    data: Event | None = None
    """Decoded when a reaction wants it."""

    @property
    def aggregate(self) -> UUID:
        return self.envelope.aggregate

    @property
    def version(self) -> int:
        return self.envelope.version

    @property
    def event_id(self) -> UUID:
        return self.envelope.id

    @property
    def epoch(self) -> int:
        return self.envelope.epoch


@dataclass(slots=True)
class Dead:
    """Why a message cannot be taken."""

    reason: str
    explanation: str
    stack: str | None = None


async def of_aggregates(
    tx: Transaction, consumer: str, aggregates: Sequence[UUID]
) -> tuple[list[Arrived], set[tuple[UUID, int]]]:
    """What waits on these aggregates for an earlier version, and the places dead letters keep; one statement at most."""
    if not aggregates:
        return [], set()
    rows = await tx.raw.fetch(
        "select * from held where consumer = $1 and aggregate = any($2)", consumer, aggregates
    )
    waiting, _ = read([letter_of(row) for row in rows if row["reason"] == GAP])
    return waiting, {(row["aggregate"], row["version"]) for row in rows if row["reason"] != GAP}


async def hold(
    tx: Transaction,
    consumer: str,
    items: Sequence[Arrived],
    dead: Mapping[UUID, Dead],
    forks: set[UUID],
    *,
    code: str,
) -> None:
    """Keep what cannot be taken now: with a reason where a person is needed, as a gap where only time is.

    `code` is the version of the code that says so; see `Inbox.carry_out_wishes`.
    """
    rows = []
    for item in items:
        fault = dead.get(item.event_id) or (
            Dead("fork", "version taken by another event") if item.event_id in forks else None
        )
        if fault is None and item.letter.held_id is not None:
            continue
        rows.append(
            (
                consumer,
                item.aggregate,
                # A fork keeps its own place: beside the version that was taken, never instead of it.
                -item.version if item.event_id in forks else item.version,
                item.event_id,
                item.letter.stream_sequence,
                item.envelope.committee,
                item.letter.subject,
                json.dumps(dict(item.letter.headers)),
                item.letter.payload,
                fault.reason if fault else GAP,
                fault.explanation if fault else None,
                fault.stack if fault else None,
                [code] if fault else [],
            )
        )
    if rows:
        await tx.raw.executemany(
            """
            insert into held (consumer, aggregate, version, event_id, stream_sequence, committee, subject, headers,
                              payload, reason, explanation, stack, judged_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (consumer, aggregate, version) where aggregate is not null do update
            set reason = excluded.reason, explanation = excluded.explanation, stack = excluded.stack,
                judged_by = held.judged_by || excluded.judged_by
            where held.reason = 'gap'
            """,
            rows,
        )


async def hold_loose(tx: Transaction, consumer: str, letter: Letter, explanation: str, *, code: str) -> None:
    """Keep a message without a readable envelope, by its place in the stream."""
    await tx.raw.execute(
        """
        insert into held (consumer, stream_sequence, subject, headers, payload, reason, explanation, judged_by)
        values ($1, $2, $3, $4, $5, 'undecodable', $6, array[$7])
        on conflict (consumer, stream_sequence) where aggregate is null do nothing
        """,
        consumer,
        letter.stream_sequence,
        letter.subject,
        json.dumps(dict(letter.headers)),
        letter.payload,
        explanation,
        code,
    )


def read(letters: Iterable[Letter]) -> tuple[list[Arrived], list[tuple[Letter, str]]]:
    """Letters with a readable envelope, and the others with what is wrong with them."""
    arrived, loose = [], []
    for letter in letters:
        try:
            envelope = Envelope.from_headers(letter.headers)
            if not _COMMITTEE.fullmatch(envelope.committee):
                # It opens a committee's rows to the reader: one code, and nothing that reads as two.
                raise EnvelopeError("header ce-committee is no committee")
            arrived.append(Arrived(letter=letter, envelope=envelope))
        except EnvelopeError as error:
            loose.append((letter, str(error)))
    return arrived, loose


def letter_of(row: Any) -> Letter:
    """A held row as it once arrived."""
    return Letter(
        subject=row["subject"],
        headers=json.loads(row["headers"]),
        payload=bytes(row["payload"]),
        stream_sequence=row["stream_sequence"],
        held_id=row["id"],
    )


def code_version(events: Iterable[type[Event]]) -> str:
    """What this code can read, as a short digest: the types there are, and the form of those it reacts to."""
    forms = {event.type_name(): event.model_json_schema() for event in events}
    known = json.dumps([sorted(events_by_type()), forms], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def without_version(type_: str) -> str:
    """A type without its version."""
    return type_.rsplit(".v", 1)[0]
