"""Gives a follower the state of aggregates whose events it never saw: they are older than the stream, or its database is new.

Always holds: what is kept and the gate's position change together; an aggregate the follower knows as far or further
is left alone, so the same page twice changes nothing, a page that broke off is done again, and the follower may run
meanwhile; one with a letter that waits for a person is left to that person. Events at or below the state are duplicates from then on: nobody is told of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import derived_id
from chassis.keepers import Keeper, Whole, take_states
from chassis.tellers import State
from chassis.work import Work
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.subjects import ServiceName, consumer_name, event_stream

_POSITIONS: Final = """
insert into gate (consumer, aggregate) select $1, unnest($2::uuid[]) on conflict (consumer, aggregate) do update
set last_version = gate.last_version returning aggregate, last_version
"""
_STUCK: Final = "select aggregate from held where consumer = $1 and aggregate = any($2) and reason <> 'gap'"
_MOVE: Final = """
update gate set last_version = state.version, last_event_id = state.event_id, epoch = $5
from unnest($2::uuid[], $3::int[], $4::uuid[]) as state (aggregate, version, event_id)
where gate.consumer = $1 and gate.aggregate = state.aggregate
"""
_LET_GO: Final = """
delete from held using unnest($2::uuid[], $3::int[]) as state (aggregate, version)
where held.consumer = $1 and held.aggregate = state.aggregate and held.version <= state.version
"""
_GO_ON: Final = (
    "update held set wish = 'retry' where consumer = $1 and aggregate = any($2) and reason = 'gap'"
)
"""What waited behind the state: the follower takes it within a second, or when it starts."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose states these are, and from which time of its database."""

    owner: ServiceName
    epoch: int
    at: datetime


async def seed(
    keepers: Sequence[Keeper], source: Source, states: Sequence[State], work: Work, *, again: bool = False
) -> int:
    """Take states in place of what the follower knows less of; with `again` also of what it knows as far. Their number."""
    consumer = f"{consumer_name(work.service)}:{event_stream(source.owner)}"
    fresh = await _unknown(work.tx, consumer, states, again=again)
    if not fresh:
        return 0
    await take_states(keepers, [_whole(source, state) for state in fresh], work)
    ids, versions = [state.row.id for state in fresh], [state.row.version for state in fresh]
    await work.tx.raw.execute(
        _MOVE, consumer, ids, versions, [state.event_id for state in fresh], source.epoch
    )
    await work.tx.raw.execute(_LET_GO, consumer, ids, versions)
    await work.tx.raw.execute(_GO_ON, consumer, ids)
    return len(fresh)


async def _unknown(tx: Transaction, consumer: str, states: Sequence[State], *, again: bool) -> list[State]:
    """Lock the gates in the order of their ids, as the inbox does, and say of whom a state is news."""
    ids = sorted(state.row.id for state in states)
    taken = {row["aggregate"]: row["last_version"] for row in await tx.raw.fetch(_POSITIONS, consumer, ids)}
    stuck = {row["aggregate"] for row in await tx.raw.fetch(_STUCK, consumer, ids)}
    return [
        state
        for state in states
        if state.row.id not in stuck
        and (taken[state.row.id] < state.row.version or (again and taken[state.row.id] == state.row.version))
    ]


def _whole(source: Source, state: State) -> Whole:
    made: UUID = state.event_id or derived_id("state", state.row.id, state.row.version)
    return Whole(
        Envelope(
            id=made,
            type=f"tongxin.{source.owner}.state.v1",
            source=source.owner,
            time=source.at,
            committee=state.row.committee,
            actor=f"system:{source.owner}",
            aggregate=state.row.id,
            version=state.row.version,
            correlation_id=made,
            causation_id=made,
            epoch=source.epoch,
        ),
        state.statements,
    )
