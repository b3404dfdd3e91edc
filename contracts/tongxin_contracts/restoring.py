"""An owner's database went back in time: what its followers are told of each aggregate that went back with it.

Events are never taken back; this one is a new fact beside them, with a version above all that was ever stated. Every
owner may state it, each on its own subjects. It carries the aggregate's state as whoever keeps something of it has to
know it: the statements from which what they keep is made anew.
"""

from types import new_class
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from .classification import Internal, Public
from .message import Event, Instant
from .subjects import OWNERS, ServiceName


class Statement(BaseModel):
    """One event of an aggregate that holds: as it was stated, or as its owner's tables tell it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Public[str]
    """The CloudEvents type, of an event on the shared bus."""
    id: Public[UUID]
    """The event's own where it is still known; else made from aggregate and type."""
    at: Public[Instant]
    actor: Internal[str]
    payload: Internal[str]
    """The event itself, as JSON."""


class AggregateRestored(Event):
    """What was stated of an aggregate after a backup holds no more: its owner's database was restored."""

    aggregate_id: Public[UUID]
    kind: Public[str]
    """What it is, as its events call it; `unknown` where only a follower's position tells of it."""
    kept_version: Public[int]
    """The version the owner still has; 0 when it knows nothing of it any more."""
    undone: Public[tuple[UUID, ...]]
    """Ids of the events that hold no more, in their order."""
    undone_names: Public[tuple[str, ...]]
    """Their names beside them: `proposal_filed`."""
    undone_at: Public[tuple[Instant, ...]] = ()
    """When each of them was stated: whoever told people of them finds by it what they were told."""
    kept: Public[tuple[UUID, ...] | None] = None
    """Ids of all events that hold; None where the owner has let go of some by their age. Whatever else was said of
    this aggregate holds no more, also what nobody but a follower knows of."""
    kept_names: Public[tuple[str, ...]] = ()
    """Their names beside them."""
    state: Internal[tuple[Statement, ...] | None] = None
    """What holds, for whoever keeps something of this aggregate: it takes the place of what they have. Empty: nothing
    holds; None: nobody keeps anything of its kind."""


def _of(service: ServiceName) -> type[AggregateRestored]:
    def fill(namespace: dict[str, Any]) -> None:
        namespace.update(__module__=__name__, __doc__=AggregateRestored.__doc__)

    keywords = {"service": service, "aggregate": "restored"}
    made: type[AggregateRestored] = new_class("AggregateRestored", (AggregateRestored,), keywords, fill)
    return made


AGGREGATE_RESTORED: dict[ServiceName, type[AggregateRestored]] = {service: _of(service) for service in OWNERS}

RESTATED: Final[dict[str, tuple[str, ...]]] = {
    "unit_registered": ("unit_registered",),
    "proposal_authors_joined": ("proposal_authors_joined", "proposal_filed"),
}
"""Events that tell a whole state and that agencies may follow, each with those that carry its fields: the newest one kept
is stated again, because agencies hear nothing of `state`.

Tasks are snapshots by nature: open or closed, as the owner's own row says.
"""
