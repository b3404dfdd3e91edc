"""What a follower keeps of other services' aggregates, and how a state takes its place.

Each follower says per kind which events make up what it keeps and how it lets go of it; the rest is the same for all.
Always holds: a state is taken by the same functions that take events, without their effects on people: nobody is told,
nothing is mailed or forwarded again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from chassis.gate import waves
from chassis.inbox import Incoming, Reaction
from chassis.work import Work
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.restoring import AGGREGATE_RESTORED, AggregateRestored, Statement
from tongxin_contracts.subjects import ServiceName

Forget = Callable[[Sequence[UUID], Work], Awaitable[None]]
"""Lets go of what is kept of these aggregates; ids of other kinds are among them and find nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What is kept of one kind of aggregate."""

    of: Mapping[type[Event], Reaction]
    """The events it is made from, with what takes them: the service's own reactions where these only keep."""
    forget: Forget
    hint: str | None = None
    """What live pages show of it."""

    @property
    def owner(self) -> ServiceName:
        """Whose aggregates these are."""
        return next(iter(self.of)).service


@dataclass(frozen=True, slots=True)
class Whole:
    """The state of one aggregate as it reaches a follower."""

    envelope: Envelope
    """Whose, of which committee, at which version."""
    statements: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement on its way to its function; ordered like an event."""

    aggregate: UUID
    version: int
    event_id: UUID
    epoch: int
    incoming: Incoming[Any]


async def take_states(keepers: Sequence[Keeper], states: Sequence[Whole], work: Work) -> None:
    """Put these states in place of what is kept; as many statements as there are keepers and types, not aggregates."""
    for keeper in keepers:
        # An owner that went back twice says twice how it stands: the last one counts.
        last = {state.envelope.aggregate: state for state in states if state.envelope.source == keeper.owner}
        theirs = list(last.values())
        if not theirs:
            continue
        await keeper.forget([state.envelope.aggregate for state in theirs], work)
        by_name = {event.type_name(): event for event in keeper.of}
        said = [one for state in theirs for one in _said(state, by_name)]
        types = {one.event_id: type(one.incoming.data) for one in said}
        for event, run in waves(said, types):
            await keeper.of[event]([one.incoming for one in run], work)
            await work.write_later_now()  # the next run changes what this one wrote, as the next event does
        if keeper.hint:
            for committee in {state.envelope.committee for state in theirs}:
                work.hint(keeper.hint, committee)


def _said(state: Whole, by_name: Mapping[str, type[Event]]) -> list[_Said]:
    """The statements this keeper is made from; what is newer than this code is nothing it keeps."""
    found = []
    for place, one in enumerate(state.statements, 1):
        event = by_name.get(one.type)
        if event is not None:
            envelope = replace(state.envelope, id=one.id, type=one.type, time=one.at, actor=one.actor)
            incoming = Incoming(event.model_validate_json(one.payload), envelope)
            found.append(_Said(envelope.aggregate, place, one.id, envelope.epoch, incoming))
    return found


def restoring(keepers: Sequence[Keeper], *, first: Reaction | None = None) -> dict[type[Event], Reaction]:
    """Reactions to a restore of each owner these keepers follow; `first` does what else has to be done about it."""

    async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
        if first is not None:
            await first(events, work)
        states = [Whole(one.envelope, one.data.state) for one in events if one.data.state is not None]
        await take_states(keepers, states, work)

    return {AGGREGATE_RESTORED[keeper.owner]: on_aggregate_restored for keeper in keepers}
