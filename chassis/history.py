"""Every change keeps who, when, what and why, in one hash chain per aggregate, so that tampering shows.

The chain covers a salted digest of the detail and not the detail itself: erasing a person's values and their salt
leaves the chain verifiable (decision 14). The aggregate's own lock makes the chain's order; there is no lock of its own.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Final
from uuid import UUID

from chassis.database import Transaction
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


_HEADS = """
select h.aggregate, h.sequence, h.digest
from unnest($1::uuid[]) as a (id)
cross join lateral (
    select aggregate, sequence, digest from history where aggregate = a.id order by sequence desc limit 1
) h
"""
_INSERT = """
insert into history
    (aggregate, sequence, committee, at, actor, on_behalf_of, action, detail, salt, detail_digest, digest)
select * from unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                     $8::text[], $9::bytea[], $10::bytea[], $11::bytea[])
"""


async def write(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Append entries to their aggregates' chains: at most two statements, however many entries."""
    if not entries:
        return
    heads: dict[UUID, tuple[int, bytes]] = {}
    known = {entry.aggregate for entry in entries if not entry.is_new}
    if known:
        for row in await tx.raw.fetch(_HEADS, list(known)):
            heads[row["aggregate"]] = (row["sequence"], row["digest"])
    rows = []
    for entry in entries:
        sequence, head = heads.get(entry.aggregate, (0, ZERO))
        detail = json.dumps(
            {"changes": entry.changes, "reason": entry.reason},
            ensure_ascii=False,
            default=plain,
            sort_keys=True,
        )
        salt = os.urandom(16)
        detail_digest = hashlib.sha256(salt + detail.encode()).digest()
        digest = link(head, entry.aggregate, sequence + 1, entry.at, entry.actor, entry.action, detail_digest)
        heads[entry.aggregate] = (sequence + 1, digest)
        rows.append(
            (entry.aggregate, sequence + 1, entry.committee, entry.at, entry.actor, entry.on_behalf_of,
             entry.action, detail, salt, detail_digest, digest)
        )  # fmt: skip
    await tx.raw.execute(_INSERT, *(list(column) for column in zip(*rows, strict=True)))


def link(
    head: bytes, aggregate: UUID, sequence: int, at: datetime, actor: str, action: str, detail_digest: bytes
) -> bytes:
    """The digest that ties one entry to the one before it."""
    parts = (str(aggregate), str(sequence), str(int(at.timestamp() * 1_000_000)), actor, action)
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
