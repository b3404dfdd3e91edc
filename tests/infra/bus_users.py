"""Connects to the real server as any user of the bus, and hears what the server refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client

from infra.local.stack import Stack
from infra.nats.permissions import inbox_prefix


class User:
    """A connected user and the server's refusals so far."""

    def __init__(self) -> None:
        self.client: Client
        self.refusals: list[str] = []
        self._refused = asyncio.Event()

    async def heard(self, error: Exception) -> None:
        """The client's error callback."""
        self.refusals.append(str(error))
        self._refused.set()

    async def may_publish(self, subject: str, payload: bytes = b"{}") -> bool:
        """Whether the server takes a message on this subject from this user."""
        return not await self._refuses(self.client.publish(subject, payload))

    async def may_subscribe(self, subject: str) -> bool:
        """Whether the server lets this user listen there."""
        return not await self._refuses(self.client.subscribe(subject))

    async def _refuses(self, attempt: object) -> bool:
        self._refused.clear()
        await attempt  # type: ignore[misc]
        # The server answers in order: a refusal is on its way before the answer to this round trip.
        await self.client.flush()
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(self._refused.wait(), 0.05)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def connected(stack: Stack, user: str, seed_file: Path | None = None) -> AsyncIterator[User]:
    """Connect as a service, as `operator`, or with a seed file as an agency."""
    found = User()
    found.client = await nats.connect(
        stack.nats_url,
        nkeys_seed=str(seed_file or stack.keys.seed(user)),
        inbox_prefix=inbox_prefix(user).encode(),
        error_cb=found.heard,
    )
    try:
        yield found
    finally:
        await found.client.close()
