"""Leaves a server of the bus that has lost the others.

Such a server keeps its clients' connections alive and knows nothing: requests find nobody, publishing is never
acknowledged, while the others go on without it. A client notices only by asking for something that a majority answers.
Always holds: with one server nothing is asked and nothing is left; an election, in which nobody answers either, is
shorter than the patience here, and leaving too often costs a reconnection and no more.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

log = structlog.get_logger()

INTERVAL: Final = 1.0
"""Seconds between questions, and as long as one answer is waited for."""
PATIENCE: Final = 8.0
"""Seconds without a majority after which another server is tried; a leader is chosen in four to eight."""
HEARTBEATS: Final = 4.0
"""Seconds within which a leader hears of each follower, who report every second."""


async def leave_islands(connection: Client, servers: str, stream: str) -> None:
    """For ever: go to another of the servers (separated by commas) when no majority is behind this stream."""
    if "," not in servers:
        return
    loop = asyncio.get_running_loop()
    answered = loop.time()
    while True:
        await asyncio.sleep(INTERVAL)
        silent = await _silent_for(connection, stream) if connection.is_connected else 0.0
        if silent is not None and silent < HEARTBEATS:
            answered = loop.time()
        elif max(silent or 0.0, loop.time() - answered) > PATIENCE:
            log.warning("bus_island_left", stream=stream)
            await connection.force_reconnect()
            answered = loop.time()


async def _silent_for(connection: Client, stream: str) -> float | None:
    """Seconds for which no majority was heard of, as the server knows it; None when it does not say."""
    try:
        reply = await connection.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=INTERVAL)
    except (NatsError, TimeoutError, OSError):
        return None
    return silence(json.loads(reply.data))


def silence(answer: Mapping[str, Any]) -> float | None:
    """What a stream's information says of its majority: seconds since it was heard of, None when there is none.

    A leader that was cut off goes on calling itself one until it counts its followers, some ten seconds later; what it
    says of when it heard of each (`active`, nanoseconds) is known at once.
    """
    if error := answer.get("error"):
        # Only a majority knows that a stream is missing; that is drift and no island.
        return 0.0 if error.get("code") == 404 else None
    cluster = answer.get("cluster") or {}
    if not cluster.get("leader"):
        return None  # one that is alone shows what it has, without a leader
    heard = sorted(replica.get("active", 0) / 1e9 for replica in cluster.get("replicas") or ())
    return heard[len(heard) // 2 - 1] if len(heard) > 1 else 0.0
