"""The gate as a machine: whatever arrives, in whatever order and number, versions pass once and in order."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.gate import Position, plan, waves

AGGREGATES = [UUID(int=n) for n in range(1, 4)]


@dataclass(frozen=True)
class Event:
    """The least a gate must know."""

    aggregate: UUID
    version: int
    epoch: int = 1
    twin: int = 0
    """Tells an event from another one of the same version."""

    @property
    def event_id(self) -> UUID:
        return UUID(int=self.aggregate.int * 1000 + self.version + self.twin * 10**6)


deliveries = st.lists(st.builds(Event, st.sampled_from(AGGREGATES), st.integers(1, 6)), max_size=60)


@settings(max_examples=200, deadline=None)
@given(deliveries, st.data())
def test_any_deliveries_in_any_batches_pass_once_and_in_order(
    arriving: list[Event], data: st.DataObject
) -> None:
    positions: dict[UUID, Position] = {}
    held: list[Event] = []
    passed: dict[UUID, list[int]] = {aggregate: [] for aggregate in AGGREGATES}
    rest = list(arriving)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        batch, rest = rest[:size], rest[size:]
        made = plan(positions, [*held, *batch])
        for event in made.apply:
            passed[event.aggregate].append(event.version)
            positions[event.aggregate] = Position(event.version, event.event_id)
        held = made.gaps
        assert not made.forks
    for aggregate, versions in passed.items():
        seen = {event.version for event in arriving if event.aggregate == aggregate}
        gapless = next((n for n in range(1, 8) if n not in seen), 7) - 1
        assert versions == list(range(1, gapless + 1)), (
            "everything up to the first missing version, once, in order"
        )


@settings(max_examples=200, deadline=None)
@given(deliveries, st.lists(st.sampled_from("abc"), min_size=60, max_size=60))
def test_grouping_by_kind_changes_no_aggregate_s_order(arriving: list[Event], kinds: list[str]) -> None:
    events = list(dict.fromkeys(sorted(arriving, key=lambda event: event.version)))
    kind = {event.event_id: letter for event, letter in zip(events, kinds, strict=False)}
    runs = waves(events, kind)
    flat = [event for _, run in runs for event in run]
    assert sorted(flat, key=hash) == sorted(events, key=hash)
    for aggregate in AGGREGATES:
        assert [e.version for e in flat if e.aggregate == aggregate] == [
            e.version for e in events if e.aggregate == aggregate
        ]
    for letter, run in runs:
        assert {kind[event.event_id] for event in run} == {letter}


def test_a_version_taken_by_an_event_of_another_time_holds_back_its_aggregate_alone() -> None:
    gone_back, beside = AGGREGATES[0], AGGREGATES[1]
    positions = {
        gone_back: Position(5, Event(gone_back, 5).event_id),
        beside: Position(5, Event(beside, 5).event_id),
    }
    again = [Event(gone_back, version, epoch=2, twin=1) for version in (4, 5, 6)]
    made = plan(positions, [*again, Event(beside, 6, epoch=2)])
    assert made.forks == again[:2], "known by its epoch before the gate's place and by its id at it"
    assert made.gaps == again[2:], "what follows waits for a person"
    assert made.apply == [Event(beside, 6, epoch=2)]
    later = plan(positions, [Event(gone_back, 6, epoch=2)], stuck={(gone_back, -4), (gone_back, -5)})
    assert later.gaps, "also in a later batch"
    dropped = plan(positions, [Event(gone_back, 6, epoch=2)])
    assert dropped.apply, "until somebody has dropped the letters"


def test_an_event_delivered_again_after_a_restore_is_no_fork() -> None:
    aggregate = AGGREGATES[0]
    events = [Event(aggregate, 5), Event(aggregate, 6, epoch=2), Event(aggregate, 7, epoch=2)]
    positions = {aggregate: Position(7, events[-1].event_id, epoch=2)}
    assert plan(positions, events).duplicates == events
    assert plan({aggregate: Position(4)}, [*events, *events]).apply == events
