"""The gate as it stands in the database: locked first, read in a statement of its own, moved with the last writes.

Always holds: aggregates are locked in one order, so that two batches cannot wait for each other; what is read is read
under the lock, because the statement that waits for it does not see what another one held in the meantime.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Final
from uuid import UUID

from chassis.database import Transaction, quoted
from chassis.gate import Position
from chassis.held import Arrived
from chassis.together import Write

_BY_NUMBER: Final = attrgetter("int")
"""Orders ids as they order themselves, without asking each of them."""

_LOCK: Final = """
insert into gate (consumer, aggregate) {wanted}
on conflict (consumer, aggregate) do update set last_version = gate.last_version
"""
_POSITIONS: Final = """
select aggregate, last_version, last_event_id, epoch,
    exists (select from held where held.consumer = $1 and held.aggregate = gate.aggregate) as holds
from gate where consumer = $1 and aggregate = {wanted}
"""
_POSITION_OF_ONE: Final = _POSITIONS.format(wanted="$2")
"""Its plan is kept; the other is planned each time."""
_POSITIONS_OF_MANY: Final = _POSITIONS.format(wanted="any($2)")
_MOVE_ONE: Final = """
update gate set last_version = $3, last_event_id = $4, epoch = $5 where consumer = $1 and aggregate = $2
"""
_MOVE: Final = """
update gate set last_version = moved.version, last_event_id = moved.event_id, epoch = moved.epoch
from unnest($2::uuid[], $3::int[], $4::uuid[], $5::int[]) as moved (aggregate, version, event_id, epoch)
where gate.consumer = $1 and gate.aggregate = moved.aggregate
"""


def in_order(aggregates: Iterable[UUID]) -> list[UUID]:
    """Each once, as everybody locks them."""
    return sorted(set(aggregates), key=_BY_NUMBER)


def locking(consumer: str, aggregates: Sequence[UUID]) -> str:
    """What locks the gate of these aggregates, in order, and makes it for those it does not know.

    Its values are in its text, so that it can go with the begin; for no aggregates it is empty.
    """
    if not aggregates:
        return ""
    name = quoted(consumer)
    if len(aggregates) == 1:
        return _LOCK.format(wanted=f"values ({name}, '{aggregates[0]}')")
    ids = ",".join(map(str, aggregates))
    return _LOCK.format(wanted=f"select {name}, unnest('{{{ids}}}'::uuid[])")


async def lock(tx: Transaction, consumer: str, aggregates: Sequence[UUID]) -> None:
    """The same in a transaction that has begun."""
    await tx.raw.execute(locking(consumer, aggregates))


async def positions(
    tx: Transaction, consumer: str, aggregates: Sequence[UUID]
) -> tuple[dict[UUID, Position], list[UUID]]:
    """Where the gate of these aggregates stands, and of which of them something is held; they are locked already."""
    if not aggregates:
        return {}, []
    if len(aggregates) == 1:
        rows = await tx.raw.fetch(_POSITION_OF_ONE, consumer, aggregates[0])
    else:
        rows = await tx.raw.fetch(_POSITIONS_OF_MANY, consumer, aggregates)
    found = {
        row["aggregate"]: Position(row["last_version"], row["last_event_id"], row["epoch"]) for row in rows
    }
    return found, [row["aggregate"] for row in rows if row["holds"]]


def moving(consumer: str, applied: Sequence[Arrived]) -> list[Write]:
    """What moves the gate behind what took effect."""
    # Of one aggregate in the order of versions, so the last one stays.
    last = {item.aggregate: item for item in applied}
    if not last:
        return []
    rows = [(item.aggregate, item.version, item.event_id, item.epoch) for item in last.values()]
    if len(rows) == 1:
        return [Write(_MOVE_ONE, [consumer, *rows[0]])]
    return [Write(_MOVE, [consumer, *map(list, zip(*rows, strict=True))])]
