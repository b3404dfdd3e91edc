"""Leaves a server of the bus that has lost the others.

Such a server keeps its clients' connections alive and knows nothing: requests find nobody, publishing is never
acknowledged, while the others go on without it. A client notices only by asking for something that a majority answers.
Always holds: with one server nothing is asked and nothing is left; one stream that is answered for is enough to stay, so
an election of one stream's leader moves nobody; leaving too often costs a reconnection and no more.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

log = structlog.get_logger()

INTERVAL: Final = 1.0
"""Seconds between questions, and as long as one answer is waited for."""
PATIENCE: Final = 8.0
"""Seconds without a majority after which another server is tried; a leader is chosen in four to nine."""
HEARTBEATS: Final = 4.0
"""Seconds within which a leader hears of each follower, who report every second."""
SURE: Final = 3.0
"""Seconds on a server after which its leader's word counts; one just chosen says when it last heard of others long ago."""


@dataclass(slots=True)
class Bearings:
    """What a connection knows of the server it is on."""

    arrived: float
    """When it came to this server."""
    heard: float
    """When a majority was last known to be there, by any server."""

    def should_leave(self, silences: Sequence[float | None], now: float) -> bool:
        """Take in what each stream's leader said just now (see `silence`); whether to try another server."""
        told = [silent for silent in silences if silent is not None]
        if told:
            self.heard = max(self.heard, now - min(told))
        stay = SURE if told else PATIENCE
        return now - self.heard > PATIENCE and now - self.arrived > stay


async def leave_islands(connection: Client, servers: str, streams: Sequence[str]) -> None:
    """For ever: go to another of the servers (separated by commas) when no majority is behind any of these streams.

    One stream is asked for while its leader answers; all of them, side by side, once it does not.
    """
    if "," not in servers or not streams:
        return
    loop = asyncio.get_running_loop()
    bearings, landed, asked = Bearings(loop.time(), loop.time()), _landings(connection), streams[:1]
    while True:
        began = loop.time()
        if not connection.is_connected or _landings(connection) != landed:
            landed, bearings.arrived = _landings(connection), began
        if connection.is_connected:
            silences = await asyncio.gather(*(_silent_for(connection, stream) for stream in asked))
            if _landings(connection) == landed and bearings.should_leave(silences, loop.time()):
                log.warning("bus_island_left", streams=list(streams))
                await connection.force_reconnect()
            answered = [
                stream
                for stream, silent in zip(asked, silences, strict=True)
                if silent is not None and silent < HEARTBEATS
            ]
            asked = answered[:1] or streams
        await asyncio.sleep(max(INTERVAL / 10, began + INTERVAL - loop.time()))


def _landings(connection: Client) -> int:
    """How often this connection came to a server again."""
    return int(connection.stats["reconnects"])


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
