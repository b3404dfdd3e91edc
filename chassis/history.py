"""Every change keeps who, when, what and why, in one hash chain per aggregate, so that tampering shows.

The chain covers a salted digest of the detail and not the detail itself: erasing a person's values and their salt
leaves the chain verifiable (decision 14). The aggregate's own lock makes the chain's order; there is no lock of its own.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Final
from uuid import UUID

from chassis.database import Transaction
from chassis.together import Write, write_together
from tongxin_contracts.message import HistoryEntry

ZERO: Final = bytes(32)


@dataclass(slots=True, kw_only=True)
class Entry:
    """One change of one aggregate, before it is written."""

    aggregate: UUID
    committee: str
    at: datetime
    actor: str
    action: str
    """The verb: a command's or an event's name."""
    on_behalf_of: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    """Column -> [from, to]."""
    reason: str | None = None
    is_new: bool = False
    """The aggregate was made in this transaction, so there is no chain to look up."""


_APPEND = """
insert into history
    (aggregate, sequence, committee, at, actor, on_behalf_of, action, detail, salt, detail_digest, digest)
select e.aggregate, place.next, e.committee, e.at, e.actor, e.on_behalf_of, e.action, e.detail, e.salt, e.detail_digest,
    sha256(
        coalesce(head.digest, $12)
        || convert_to(concat_ws(E'\\x1f', e.aggregate, place.next, e.micros, e.actor, e.action), 'UTF8')
        || e.detail_digest
    )
from unnest($1::uuid[], $2::bool[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::bytea[], $11::bytea[]) with ordinality
    as e (aggregate, is_new, committee, at, micros, actor, on_behalf_of, action, detail, salt, detail_digest, position)
left join lateral (
    select sequence, digest from history
    where not e.is_new and aggregate = e.aggregate order by sequence desc limit 1
) head on true
cross join lateral (select coalesce(head.sequence, 0) + 1 as next) place
order by e.position
"""
"""`link` in the database's words, so that nobody has to ask for the chain's head first; the tests hold the two together."""
_APPEND_ONE = """
insert into history
    (aggregate, sequence, committee, at, actor, on_behalf_of, action, detail, salt, detail_digest, digest)
select $1::uuid, place.next, $3::text, $4::timestamptz, $6::text, $7::text, $8::text, $9::text, $10::bytea, $11::bytea,
    sha256(
        coalesce(head.digest, $12::bytea)
        || convert_to(concat_ws(E'\\x1f', $1::uuid, place.next, $5::bigint, $6::text, $8::text), 'UTF8')
        || $11::bytea
    )
from (values (1)) one
left join lateral (
    select sequence, digest from history
    where not $2::bool and aggregate = $1::uuid order by sequence desc limit 1
) head on true
cross join lateral (select coalesce(head.sequence, 0) + 1 as next) place
"""
"""The same for one entry, which is what nearly every command has: half the server's work (docs/performance.md)."""


async def write(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Append entries to their aggregates' chains."""
    await write_together(tx, await writes(tx, entries))


async def writes(tx: Transaction, entries: Sequence[Entry]) -> list[Write]:
    """Append entries to their aggregates' chains, but for the last write: that one is given back, to be sent with others.

    One statement for as many entries as one aggregate has, however many aggregates there are: mostly that is the one
    given back.
    """
    *earlier, last = _rounds(entries) or [[]]
    for entries_ in earlier:
        await write_together(tx, [_appending(entries_)])
    return [_appending(last)] if last else []


def _rounds(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries so that no aggregate comes twice in a round, and each of its rounds follows on the one before."""
    rounds: list[list[Entry]] = []
    seen: Counter[UUID] = Counter()
    for entry in entries:
        place = seen[entry.aggregate]
        seen[entry.aggregate] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(replace(entry, is_new=False) if place else entry)
    return rounds


def _appending(entries: Sequence[Entry]) -> Write:
    rows = []
    for entry in entries:
        detail = json.dumps(
            {"changes": entry.changes, "reason": entry.reason},
            ensure_ascii=False,
            default=plain,
            sort_keys=True,
        )
        salt = os.urandom(16)
        detail_digest = hashlib.sha256(salt + detail.encode()).digest()
        rows.append(
            (entry.aggregate, entry.is_new, entry.committee, entry.at, _micros(entry.at), entry.actor, entry.on_behalf_of,
             entry.action, detail, salt, detail_digest)
        )  # fmt: skip
    if len(rows) == 1:
        return Write(_APPEND_ONE, [*rows[0], ZERO])
    return Write(_APPEND, [*map(list, zip(*rows, strict=True)), ZERO])


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def link(
    head: bytes, aggregate: UUID, sequence: int, at: datetime, actor: str, action: str, detail_digest: bytes
) -> bytes:
    """The digest that ties one entry to the one before it."""
    parts = (str(aggregate), str(sequence), str(_micros(at)), actor, action)
    return hashlib.sha256(head + "\x1f".join(parts).encode() + detail_digest).digest()


@dataclass(frozen=True, slots=True)
class History:
    """An aggregate's history as read back, and whether its chain holds."""

    entries: list[HistoryEntry]
    intact: bool


async def read(tx: Transaction, aggregate: UUID, *, hide: Iterable[str] = ()) -> History:
    """Read and verify one aggregate's history; names in `hide` are left out of the changes shown."""
    rows = await tx.raw.fetch("select * from history where aggregate = $1 order by sequence", aggregate)
    hidden, head, intact, entries = set(hide), ZERO, True, []
    for position, row in enumerate(rows, 1):
        detail = json.loads(row["detail"]) if row["detail"] else {"changes": {}, "reason": None}
        digest = link(
            head,
            aggregate,
            row["sequence"],
            row["at"],
            row["actor"],
            row["action"],
            bytes(row["detail_digest"]),
        )
        erased = row["detail"] is None
        fits = erased or (
            hashlib.sha256(row["salt"] + row["detail"].encode()).digest() == bytes(row["detail_digest"])
        )
        intact = intact and fits and row["sequence"] == position and digest == bytes(row["digest"])
        head = bytes(row["digest"])
        entries.append(
            HistoryEntry(
                sequence=row["sequence"],
                at=row["at"],
                actor=row["actor"],
                action=row["action"],
                changes={name: change for name, change in detail["changes"].items() if name not in hidden},
                reason=detail["reason"],
            )
        )
    return History(entries, intact)


def plain(value: Any) -> Any:
    """How values that JSON does not know are written into history and headers."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return "（已加密）"
    raise TypeError(f"no plain form for {type(value).__name__}")
