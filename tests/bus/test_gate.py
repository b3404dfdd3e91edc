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

    @property
    def event_id(self) -> UUID:
        return UUID(int=self.aggregate.int * 1000 + self.version)


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
