"""Hints for open pages: one subscription for the whole process, handed to each viewer whose committee it is about.

A frame says that something of a kind changed, never what; the browser asks again and gets what it may see. A viewer
too slow for its queue is told to ask for everything: hints may be merged, never lost for good.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg

_QUEUE: Final = 50
HEARTBEAT: Final = 15.0


class Hints:
    """Who looks, by committee."""

    def __init__(self) -> None:
        self._viewers: dict[str, set[asyncio.Queue[str]]] = defaultdict(set)

    async def listen(self, connection: Client) -> None:
        """Begin to take hints from the bus."""
        await connection.subscribe("hint.>", cb=self._on_hint)

    async def _on_hint(self, message: Msg) -> None:
        _, committee, _service = message.subject.split(".", 2)
        kind = message.data.decode(errors="replace")
        for queue in self._viewers.get(committee, ()):
            if not queue.full():
                queue.put_nowait(kind)

    @asynccontextmanager
    async def viewer(self, committee: str) -> AsyncIterator[asyncio.Queue[str]]:
        """A queue of kinds, for as long as somebody looks."""
        queue: asyncio.Queue[str] = asyncio.Queue(_QUEUE)
        self._viewers[committee].add(queue)
        try:
            yield queue
        finally:
            self._viewers[committee].discard(queue)
            if not self._viewers[committee]:
                del self._viewers[committee]


async def frames(hints: Hints, committee: str, stopping: asyncio.Event) -> AsyncIterator[str]:
    """Server-sent events until the browser or the process goes; a comment every 15 s keeps the line open."""
    yield "retry: 2000\n\n"
    async with hints.viewer(committee) as queue:
        stop = asyncio.ensure_future(stopping.wait())
        try:
            while not stopping.is_set():
                waiting = asyncio.ensure_future(queue.get())
                done, _ = await asyncio.wait(
                    {waiting, stop}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if waiting not in done:
                    waiting.cancel()
                    yield ": still here\n\n"
                    continue
                yield f"data: {json.dumps({'kind': waiting.result()})}\n\n"
        finally:
            stop.cancel()
