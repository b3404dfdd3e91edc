"""What is said after a commit: relays are woken, open pages get a hint. All of it may get lost; what is committed stays so.

Always holds: a relay is woken for its own stream alone; a page learns of the last change of a kind, at once or within
`HINT_PAUSE`, however many there were: hints of one kind that come faster go as one.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from chassis.relay import Relay
from chassis.work import Work
from tongxin_contracts.subjects import ServiceName, hint_subject, poke_subject

log = structlog.get_logger()

HINT_PAUSE: Final = 0.1
"""Seconds between two hints of one kind: a page that asks again more often would show nobody anything."""

Hint = tuple[str, str]
"""A committee and the kind of what changed there."""


class Announcer:
    """Tells for one process what its transactions did."""

    def __init__(self, service: ServiceName, connection: Client, relays: Sequence[Relay] = ()) -> None:
        self._service = service
        self._bus = connection
        self._relays = relays
        self._resting: set[Hint] = set()
        self._waiting: set[Hint] = set()
        self._sending: set[asyncio.Task[None]] = set()

    async def tell(self, work: Work) -> None:
        """Wake who publishes what this work stated, and hint at what it changed."""
        with _may_get_lost():
            if streams := work.streams():
                await self._wake(streams)
            for hint in work.hints:
                await self._hint(hint)

    def poked(self, said: bytes) -> None:
        """Another replica says that there is something for these streams; without names, for any."""
        self._poke(set(said.decode(errors="replace").split(",")) if said else None)

    async def close(self) -> None:
        """Say what still waits to be said."""
        waiting, self._waiting = self._waiting, set()
        with _may_get_lost():
            for hint in waiting:
                await self._publish(hint)

    async def _wake(self, streams: set[str]) -> None:
        """Where this process' own relay is the one at work, nobody else has to be woken over the bus."""
        self._poke(streams)
        elsewhere = streams - {relay.stream for relay in self._relays if relay.at_work}
        if elsewhere:
            await self._bus.publish(poke_subject(self._service), ",".join(sorted(elsewhere)).encode())

    def _poke(self, streams: set[str] | None) -> None:
        for relay in self._relays:
            if streams is None or relay.stream in streams:
                relay.poke()

    async def _hint(self, hint: Hint) -> None:
        if hint in self._resting:
            self._waiting.add(hint)
            return
        self._rest(hint)
        await self._publish(hint)

    def _rest(self, hint: Hint) -> None:
        self._resting.add(hint)
        asyncio.get_running_loop().call_later(HINT_PAUSE, self._rested, hint)

    def _rested(self, hint: Hint) -> None:
        self._resting.discard(hint)
        if hint in self._waiting:
            self._waiting.discard(hint)
            self._rest(hint)
            task = asyncio.create_task(self._say(hint))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _say(self, hint: Hint) -> None:
        with _may_get_lost():
            await self._publish(hint)

    async def _publish(self, hint: Hint) -> None:
        committee, kind = hint
        await self._bus.publish(hint_subject(committee, self._service), kind.encode())


@contextmanager
def _may_get_lost() -> Iterator[None]:
    try:
        yield
    except NatsError as error:
        log.warning("hints_lost", error=type(error).__name__)
