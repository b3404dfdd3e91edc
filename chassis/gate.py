"""The version gate: which events of a batch take effect now, which are duplicates, which wait for an earlier one.

Pure: positions and events in, a plan out. Always holds: an aggregate's events are applied in the order of their
versions, each one once, whatever the broker did to order and number of deliveries (decision 1).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from uuid import UUID


class Versioned(Protocol):
    """What the gate needs to know of an event."""

    @property
    def aggregate(self) -> UUID: ...

    @property
    def version(self) -> int: ...

    @property
    def event_id(self) -> UUID: ...

    @property
    def epoch(self) -> int: ...


E = TypeVar("E", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Position:
    """How far one consumer has taken one aggregate."""

    last_version: int = 0
    last_event_id: UUID | None = None
    epoch: int = 1
    """Of the event it stands at; see `Plan.forks`."""


@dataclass(slots=True)
class Plan(Generic[E]):
    """What to do with a batch."""

    apply: list[E] = field(default_factory=list)
    """In order within each aggregate, gapless from its position."""
    duplicates: list[E] = field(default_factory=list)
    gaps: list[E] = field(default_factory=list)
    """To be held until what is missing before them has come."""
    forks: list[E] = field(default_factory=list)
    """A version already taken, by another event: the owner's database went back in time (decision 19).

    Known by another id at the last version, and before it by an epoch that is younger than the gate's: after a restore
    an owner that was reconciled goes on above every version it ever stated.
    """


def plan(
    positions: Mapping[UUID, Position], arrived: Iterable[E], *, stuck: Collection[tuple[UUID, int]] = ()
) -> Plan[E]:
    """Sort a batch by what the gate lets through; `stuck` are dead letters that keep their place.

    A fork among them, at a negative version, holds back all of its aggregate until somebody has looked.
    """
    forked = {aggregate for aggregate, version in stuck if version < 0}
    by_aggregate: dict[UUID, list[E]] = defaultdict(list)
    for event in arrived:
        by_aggregate[event.aggregate].append(event)
    made: Plan[E] = Plan()
    for aggregate, events in by_aggregate.items():
        position = positions.get(aggregate, Position())
        ordered = sorted(events, key=lambda event: event.version)
        _pass_one(made, position, ordered, stuck, forked=aggregate in forked)
    return made


def _pass_one(
    made: Plan[E],
    position: Position,
    events: Sequence[E],
    stuck: Collection[tuple[UUID, int]],
    *,
    forked: bool,
) -> None:
    last, last_id, epoch, waiting = position.last_version, position.last_event_id, position.epoch, set[int]()
    for event in events:
        if event.version <= last and _of_another_time(event, last, last_id, epoch):
            if (event.aggregate, -event.version) in stuck:
                made.duplicates.append(event)
            else:
                made.forks.append(event)
            forked = True
        elif event.version <= last or event.version in waiting or (event.aggregate, event.version) in stuck:
            made.duplicates.append(event)
        elif event.version == last + 1 and not forked:
            made.apply.append(event)
            last, last_id, epoch = event.version, event.event_id, max(epoch, event.epoch)
        else:
            made.gaps.append(event)
            waiting.add(event.version)


def _of_another_time(event: Versioned, last: int, last_id: UUID | None, epoch: int) -> bool:
    if event.version == last and last_id is not None:
        return event.event_id != last_id
    return event.epoch > epoch


K = TypeVar("K")


def waves(events: Sequence[E], key: Mapping[UUID, K]) -> list[tuple[K, list[E]]]:
    """Group events by key into as few runs as may be, without changing any aggregate's order.

    `key` maps event ids to what they are grouped by. Each run takes, from the front of every aggregate's queue, all
    events of the commonest key there.
    """
    if len(kinds := {key[event.event_id] for event in events}) == 1:
        return [(kinds.pop(), list(events))]
    queues: dict[UUID, list[E]] = defaultdict(list)
    for event in events:
        queues[event.aggregate].append(event)
    runs: list[tuple[K, list[E]]] = []
    fronts = dict.fromkeys(queues, 0)
    while queues:
        counts: dict[K, int] = defaultdict(int)
        for aggregate, queue in queues.items():
            counts[key[queue[fronts[aggregate]].event_id]] += 1
        commonest = max(counts, key=lambda found: counts[found])
        run: list[E] = []
        for aggregate in list(queues):
            queue = queues[aggregate]
            while fronts[aggregate] < len(queue) and key[queue[fronts[aggregate]].event_id] == commonest:
                run.append(queue[fronts[aggregate]])
                fronts[aggregate] += 1
            if fronts[aggregate] == len(queue):
                del queues[aggregate]
        runs.append((commonest, run))
    return runs


def not_behind(items: Sequence[E], dead: Collection[UUID], blocked: set[UUID]) -> list[E]:
    """Those that are not dead themselves nor behind a dead one of their aggregate; remembers who blocks."""
    if not (dead or blocked):
        return list(items)
    passing = []
    for item in items:
        if item.event_id in dead:
            blocked.add(item.aggregate)
        elif item.aggregate not in blocked:
            passing.append(item)
    return passing
