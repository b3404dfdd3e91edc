"""Leaves a server of the bus that has lost the others.

Such a server keeps its clients' connections alive and knows nothing: requests find nobody, publishing is never
acknowledged, while the others go on without it. A client notices only by asking for something that a majority answers.
Always holds: with one server nothing is asked and nothing is left; an election, in which nobody answers either, is
shorter than the patience here, and leaving too often costs a reconnection and no more.
"""

import asyncio
import json
from typing import Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

log = structlog.get_logger()

INTERVAL: Final = 1.0
"""Seconds between questions, and as long as one answer is waited for."""
PATIENCE: Final = 8.0
"""Seconds without an answer after which another server is tried; a leader is chosen in four to eight."""


async def leave_islands(connection: Client, servers: str, stream: str) -> None:
    """For ever: go to another of the servers (separated by commas) when nobody answers for this stream."""
    if "," not in servers:
        return
    loop = asyncio.get_running_loop()
    answered = loop.time()
    while True:
        await asyncio.sleep(INTERVAL)
        if not connection.is_connected or await _is_answered(connection, stream):
            answered = loop.time()
        elif loop.time() - answered > PATIENCE:
            log.warning("bus_island_left", stream=stream)
            await connection.force_reconnect()
            answered = loop.time()


async def _is_answered(connection: Client, stream: str) -> bool:
    """Whether the stream is led, as far as the server knows; one that is alone shows what it has, without a leader."""
    try:
        reply = await connection.request(f"$JS.API.STREAM.INFO.{stream}", b"", timeout=INTERVAL)
    except (NatsError, TimeoutError, OSError):
        return False
    answer = json.loads(reply.data)
    if error := answer.get("error"):
        # Only a majority knows that a stream is missing; that is drift and no island.
        return bool(error.get("code") == 404)
    return bool(answer.get("cluster", {}).get("leader"))
