"""What an invariant is: a name, a reason, and a way to find what breaks it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from nats.aio.client import Client

from chassis.database import Transaction

AT_MOST: Final = 100
"""Violations counted in one look: one is enough to wake somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an invariant may look at: a worker's transaction that sees every known committee, and the bus."""

    tx: Transaction
    connection: Client
    streams: Sequence[str]
    """Streams this service writes."""
    now: datetime

    @property
    def sql(self) -> Any:
        """The asyncpg connection of the transaction."""
        return self.tx.raw


class Invariant(ABC):
    """Something that must always hold in one service's data."""

    name: ClassVar[str]
    """The metric's label; never renamed."""
    reason: ClassVar[str]
    """What would go wrong for people if it did not hold, in a sentence."""

    @abstractmethod
    async def violations(self, look: Look) -> Sequence[str]:
        """Ids of what breaks it, at most AT_MOST; ids alone, because they go into the log."""


_FIND: Final = "select id from ({}) as found where $1::timestamptz is not null limit 100"


class Found(Invariant):
    """An invariant that one statement can look for: it returns an `id` for each violation."""

    query: ClassVar[str]
    """A select with a column `id`; $1::timestamptz is the present instant."""

    async def violations(self, look: Look) -> Sequence[str]:
        """Run the statement."""
        rows = await look.sql.fetch(_FIND.format(self.query), look.now)
        return [str(row["id"]) for row in rows]
