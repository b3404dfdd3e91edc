"""What a service looks at by itself for its operators: figures of its work, and what must always hold.

Always holds: both run as the worker, in transactions that change nothing, a few statements a round, and never on a
request's way; a look that fails is told, and no other look waits for it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from nats.aio.client import Client

from chassis import telemetry
from chassis.clock import Clock
from chassis.committees import Committees
from chassis.database import Database, Transaction, is_transient
from chassis.invariants import Invariant, Look, everywhere

log = structlog.get_logger()

EXAMPLES = 5
"""Ids in a log line about a violation."""

Figures = Callable[[Any], Awaitable[None]]
"""`async def read_figures(sql)`: asks the asyncpg connection, which sees every known committee, and sets gauges."""


class Watch:
    """One process' looks."""

    def __init__(
        self,
        service: str,
        *,
        database: Database,
        connection: Client,
        clock: Clock,
        streams: Sequence[str],
        invariants: Sequence[Invariant],
        figures: Sequence[Figures],
    ) -> None:
        self._service = service
        self._database = database
        self._connection = connection
        self._clock = clock
        self._streams = streams
        self._invariants = [*everywhere(), *invariants]
        self._figures = figures
        self._committees = Committees()

    async def read_figures(self) -> int:
        """One round of figures."""
        for read in self._figures:
            async with self._everywhere() as tx:
                await read(tx.raw)
        return 0

    async def check_invariants(self) -> int:
        """One round over all invariants."""
        for invariant in self._invariants:
            try:
                await self._check(invariant)
            except Exception as error:
                # The border of a look: its timestamp grows old, which is an alert of its own; the others go on.
                if is_transient(error):
                    log.warning("invariant_postponed", invariant=invariant.name, error=type(error).__name__)
                else:
                    log.exception("invariant_not_checked", invariant=invariant.name)
        return 0

    async def _check(self, invariant: Invariant) -> None:
        async with self._everywhere() as tx:
            look = Look(tx=tx, connection=self._connection, streams=self._streams, now=self._clock.now())
            found = await invariant.violations(look)
        telemetry.INVARIANT_VIOLATIONS.labels(self._service, invariant.name).set(len(found))
        telemetry.INVARIANT_CHECKED.labels(self._service, invariant.name).set_to_current_time()
        if found:
            log.error(
                "invariant_violated",
                invariant=invariant.name,
                violations=len(found),
                examples=list(found[:EXAMPLES]),
                reason=invariant.reason,
            )

    @asynccontextmanager
    async def _everywhere(self) -> AsyncIterator[Transaction]:
        async with self._database.transaction() as tx:
            await tx.raw.execute("set transaction read only")
            await self._committees.open_all(tx.raw)
            yield tx
