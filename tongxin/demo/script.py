"""How the demo is told: every command has an id made from what it is, so that telling it again changes nothing.

An interrupted load is taken up again by the next start: what was done answers as it did, the rest follows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import derived_id
from tongxin.asking import Asker
from tongxin_contracts.message import Answer, Command, Query

Say = Callable[[str], None]
A = TypeVar("A", bound=Answer)
T = TypeVar("T")
AT_ONCE: Final = 16
"""Matters told at the same time; the steps of one matter come one after another."""


def made_id(*parts: object) -> UUID:
    """The same id every time for the same thing."""
    return derived_id("demo", *(str(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Script:
    """Who asks, and the instant that counts as today."""

    asker: Asker
    now: datetime
    say: Say

    async def do(
        self, command: Command, actor: Actor, *, at: datetime | None = None, what: object = ""
    ) -> Answer:
        """Carry a command out as of an instant; `what` tells two equal-looking ones apart."""
        body = command.model_dump_json()
        request_id = made_id(command.permission(), actor.id, body, what)
        return await self.asker.ask(command, actor, request_id, as_of=min(at, self.now) if at else None)

    async def tell(self, kind: type[A], query: Query, actor: Actor) -> A:
        """The answer to a query."""
        return await self.asker.ask_for(kind, query, actor)

    async def until(self, found: Callable[[], Awaitable[T | None]], what: str, *, every: float = 0.05) -> T:
        """Wait for something to come over from another service, looking every so many seconds; raises TimeoutError."""
        for _ in range(600):
            value = await found()
            if value:
                return value
            await asyncio.sleep(every)
        raise TimeoutError(what)

    async def all(self, jobs: Sequence[Callable[[], Awaitable[T]]], label: str | None) -> list[T]:
        """Do them all, some at the same time, and say how far it is where that has a label."""
        gate, done = asyncio.Semaphore(AT_ONCE), 0
        step = max(1, len(jobs) // 4)

        async def one(job: Callable[[], Awaitable[T]]) -> T:
            nonlocal done
            async with gate:
                result = await job()
            done += 1
            if label and (done % step == 0 or done == len(jobs)):
                self.say(f"{label}：{done}/{len(jobs)}")
            return result

        return list(await asyncio.gather(*(one(job) for job in jobs)))
