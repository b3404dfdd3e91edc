"""What an owner says of its aggregates to whoever does not know them: after a restore, and to a follower that is new.

A state is a list of statements, the events from which a follower makes what it keeps. Where the outbox still has every
event of an aggregate these are the events themselves; older aggregates are told from the owner's tables. Always holds:
statement and version are of one moment, so that a follower that takes the state goes on with the next version.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import derived_id
from tongxin_contracts.message import Event
from tongxin_contracts.restoring import Statement
from tongxin_contracts.subjects import ServiceName
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as its owner's tables tell it."""

    event: Event
    at: datetime
    actor: str = "system:snapshot"


Tell = Callable[[Transaction, Sequence[UUID]], Awaitable[Mapping[UUID, Sequence[Told]]]]
"""Reads what holds of these aggregates; one that nobody needs to know anything of may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """One kind of aggregate that others keep something of."""

    table: str
    tells: tuple[type[Event], ...]
    """The events that make up its state; others concern nobody who comes later."""
    tell: Tell


@dataclass(frozen=True, slots=True)
class Row:
    """An aggregate as its table has it."""

    id: UUID
    committee: str
    version: int


@dataclass(frozen=True, slots=True)
class State:
    """An aggregate at one version, for one who has not followed it."""

    row: Row
    event_id: UUID | None
    """The event it stands at; None where the outbox has let go of it."""
    statements: tuple[Statement, ...]


PLACES: Final = """
create temporary table if not exists outbox_place as select id, aggregate from outbox;
create index if not exists outbox_place_aggregate on outbox_place (aggregate)
"""
"""The outbox has no index by aggregate, for nobody asks while the house runs; whoever tells states makes one aside."""
_SAID: Final = """
select o.aggregate, o.version, o.message_id, o.headers::json ->> 'ce-type' as type, o.headers::json ->> 'ce-time' as at,
    o.headers::json ->> 'ce-actor' as actor, convert_from(o.payload, 'UTF8') as payload, exists (
        select from restored r where r.aggregate = o.aggregate and o.message_id::text = any (r.undone)
    ) as undone
from outbox_place join outbox o using (id)
where o.aggregate = any($1) and o.stream like 'EVT\\_%' order by o.aggregate, o.version, o.id
"""


async def states_of(tx: Transaction, teller: Teller | None, rows: Sequence[Row]) -> list[State]:
    """The states of rows of one table, in their order; without a teller only where each stands.

    The session has made `PLACES` before; the rows were read in this transaction.
    """
    said: dict[UUID, list[Any]] = defaultdict(list)
    for one in await tx.raw.fetch(_SAID, [row.id for row in rows]):
        said[one["aggregate"]].append(one)
    told: dict[UUID, tuple[Statement, ...]] = {}
    if teller is not None:
        names = {event.type_name() for event in teller.tells}
        told = {row.id: _as_said(said[row.id], names) for row in rows if _is_whole(said[row.id], row.version)}
        older = [row.id for row in rows if row.id not in told]
        if older:
            told |= {id_: _as_told(id_, found) for id_, found in (await teller.tell(tx, older)).items()}
    return [
        State(
            row,
            next((one["message_id"] for one in said[row.id] if one["version"] == row.version), None),
            told.get(row.id, ()),
        )
        for row in rows
    ]


def _is_whole(said: Sequence[Any], version: int) -> bool:
    """Whether the outbox has every version, with its content."""
    kept = {one["version"] for one in said if one["payload"] is not None}
    return kept >= set(range(1, version + 1))


def _as_said(said: Iterable[Any], names: set[str]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            type=one["type"], id=one["message_id"], at=one["at"], actor=one["actor"], payload=one["payload"]
        )
        for one in said
        if one["type"] in names and not one["undone"]
    )


def _as_told(aggregate: UUID, told: Iterable[Told]) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            type=type(one.event).type_name(),
            id=derived_id("told", aggregate, type(one.event).type_name()),
            at=one.at,
            actor=one.actor,
            payload=one.event.model_dump_json(),
        )
        for one in told
    )


_OPENED: Final = """
select distinct on (o.aggregate) o.aggregate, o.version = task.version as is_last, o.payload, o.created_at
from task join outbox_place p on p.aggregate = task.id join outbox o on o.id = p.id
where task.id = any($1) and task.open and o.headers::json ->> 'ce-type' = $2 and o.payload is not null
order by o.aggregate, o.version desc
"""
_LEFT: Final = "select id from task where id = any($1) and open and id <> all($2)"
_OPENED_SINCE: Final = """
select distinct on (aggregate) aggregate, payload, created_at from outbox
where aggregate = any($1) and headers::json ->> 'ce-type' = $2 and payload is not null
order by aggregate, version desc
"""


def tells_tasks(service: ServiceName) -> Teller:
    """Open work, from the outbox: it keeps the event of a task for as long as the task is open (`housekeeping`)."""
    opened, closed = TASK_OPENED[service], TASK_CLOSED[service]

    async def tell(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
        found = await tx.raw.fetch(_OPENED, list(ids), opened.type_name())
        rows = {row["aggregate"]: row for row in found}
        known = [row["aggregate"] for row in found if row["is_last"]]
        # Opened since `PLACES` was made, by a service that runs: told as nothing it would be passed over for ever.
        left = [row["id"] for row in await tx.raw.fetch(_LEFT, list(ids), known)]
        if left:
            since = await tx.raw.fetch(_OPENED_SINCE, left, opened.type_name())
            rows |= {row["aggregate"]: row for row in since}
        return {
            task: [
                Told(event=opened.model_validate_json(row["payload"]), at=row["created_at"].astimezone(UTC))
            ]
            for task, row in rows.items()
        }

    return Teller(table="task", tells=(opened, closed), tell=tell)
