"""Connects as one user of the bus for provisioning and the command line; the services have their own connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from infra.nats.permissions import inbox_prefix


@asynccontextmanager
async def bus(url: str, seed_file: Path, user: str) -> AsyncIterator[Client]:
    """A connection that is closed at the end; refuses at once where a service would go on trying.

    `url` may name several servers, separated by commas.
    """
    client = await _first_that_answers(url.split(","), seed_file, user)
    try:
        yield client
    finally:
        await client.close()


async def _first_that_answers(servers: list[str], seed_file: Path, user: str) -> Client:
    """A connection to one of the servers; the last one's refusal where none takes us."""
    patience = 5 if len(servers) == 1 else 2
    for server in servers[:-1]:
        with suppress(OSError, NatsError):
            return await _connect(server, seed_file, user, patience)
    return await _connect(servers[-1], seed_file, user, patience)


async def _connect(server: str, seed_file: Path, user: str, patience: int) -> Client:
    return await nats.connect(
        server,
        nkeys_seed=str(seed_file),
        inbox_prefix=inbox_prefix(user).encode(),
        allow_reconnect=False,
        # Not to reconnect is not enough: by default the first connection is tried for two minutes.
        max_reconnect_attempts=1,
        reconnect_time_wait=0.05,
        connect_timeout=patience,
        name=f"tongxin-{user}",
        error_cb=_said_by_exception,
    )


async def until_accepted(url: str, seed_file: Path, user: str, limit: float = 10) -> None:
    """Wait until the server knows a user that a reload has just added; raises the last refusal after `limit` s."""

    async def connects() -> bool:
        try:
            async with bus(url, seed_file, user):
                return True
        except (OSError, NatsError):
            return False

    await _until(connects, f"the server does not know {user}", limit)


async def until_answered(url: str, seed_file: Path, user: str, subject: str, limit: float = 10) -> None:
    """Wait until a JetStream call is answered for this user; what is asked is nonsense, so nothing is taken."""

    async def answers() -> bool:
        # A new connection each time: one made before a reload may stay with the account as it was.
        try:
            async with bus(url, seed_file, user) as client:
                await client.request(subject, b"{", timeout=1)
        except (OSError, NatsError):
            return False
        return True

    await _until(answers, f"{user} gets no answer on {subject}", limit)


async def _until(holds: Callable[[], Awaitable[bool]], otherwise: str, limit: float) -> None:
    deadline = asyncio.get_running_loop().time() + limit
    while not await holds():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(otherwise)
        await asyncio.sleep(0.05)


async def _said_by_exception(_error: Exception) -> None:
    """The caller gets the same error as an exception; the library would also log it with a stack."""
