"""Connects as one user of the bus for provisioning and the command line; the services have their own connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from infra.nats.permissions import inbox_prefix


@asynccontextmanager
async def bus(url: str, seed_file: Path, user: str) -> AsyncIterator[Client]:
    """A connection that is closed at the end; refuses at once where a service would go on trying."""
    client = await nats.connect(
        url,
        nkeys_seed=str(seed_file),
        inbox_prefix=inbox_prefix(user).encode(),
        allow_reconnect=False,
        connect_timeout=5,
        name=f"tongxin-{user}",
    )
    try:
        yield client
    finally:
        await client.close()


async def until_accepted(url: str, seed_file: Path, user: str, limit: float = 10) -> None:
    """Wait until the server knows a user that a reload has just added; raises the last refusal after `limit` s."""
    deadline = asyncio.get_running_loop().time() + limit
    while True:
        try:
            async with bus(url, seed_file, user):
                return
        except (OSError, NatsError):
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(0.05)
