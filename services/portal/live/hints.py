"""Hints for open pages: one subscription for the whole process, handed to each viewer whose committee it is about.

A frame says that something of a kind changed, never what; the browser asks again and gets what it may see. Always holds:
a viewer too slow to take each hint gets each kind once, later: hints are merged, never lost, and what waits for a viewer
is bounded by the number of kinds.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from prometheus_client import Gauge

SSE_VIEWERS: Final = Gauge("tongxin_sse_viewers", "Open pages that are told of changes.")

HEARTBEAT: Final = 15.0
"""Seconds after which something is sent although nothing happened: proxies close lines that are silent."""
LONGEST: Final = 600.0
"""Seconds after which a line is ended; the browser comes again, and is asked again who it is."""


class Viewer:
    """One open page: the kinds that changed since it was last told."""

    def __init__(self) -> None:
        self._kinds: dict[str, None] = {}
        self._waiting: asyncio.Future[None] | None = None
        self.gone = False

    def tell(self, kind: str) -> None:
        """Something of this kind changed."""
        self._kinds[kind] = None
        self._wake()

    def send_home(self) -> None:
        """The process stops; nobody is to wait here any more."""
        self.gone = True
        self._wake()

    async def wait(self, limit: float) -> list[str]:
        """The kinds to tell; empty when nothing happened for so many seconds."""
        if not self._kinds and not self.gone:
            # A bare future and a timer: `wait_for` would make a task for each of thousands at each update.
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(limit, self._wake)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        kinds = list(self._kinds)
        self._kinds.clear()
        return kinds

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Hints:
    """Who looks, by committee."""

    def __init__(self) -> None:
        self._viewers: dict[str, set[Viewer]] = defaultdict(set)
        self._stopping = False

    async def listen(self, connection: Client) -> None:
        """Begin to take hints from the bus."""
        await connection.subscribe("hint.>", cb=self._on_hint)

    async def _on_hint(self, message: Msg) -> None:
        _, committee, _service = message.subject.split(".", 2)
        kind = message.data.decode(errors="replace")
        for viewer in self._viewers.get(committee, ()):
            viewer.tell(kind)

    def stop(self) -> None:
        """End every line: connections that never end by themselves would hold up the process."""
        self._stopping = True
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.send_home()

    @asynccontextmanager
    async def viewer(self, committee: str) -> AsyncIterator[Viewer]:
        """A place for one open page, for as long as somebody looks."""
        viewer = Viewer()
        viewer.gone = self._stopping
        self._viewers[committee].add(viewer)
        SSE_VIEWERS.inc()
        try:
            yield viewer
        finally:
            SSE_VIEWERS.dec()
            self._viewers[committee].discard(viewer)
            if not self._viewers[committee]:
                del self._viewers[committee]


async def frames(hints: Hints, committee: str, *, longest: float = LONGEST) -> AsyncIterator[bytes]:
    """Server-sent events until the browser or the process goes, or it is time to come again."""
    clock = asyncio.get_running_loop().time
    end = clock() + longest
    async with hints.viewer(committee) as viewer:
        yield b"retry: 2000\n\n"
        while not viewer.gone and clock() < end:
            kinds = await viewer.wait(min(HEARTBEAT, end - clock()))
            if not kinds:
                yield b": still here\n\n"
            for kind in kinds:
                yield _frame(kind)


@lru_cache(maxsize=256)
def _frame(kind: str) -> bytes:
    """The same for everybody who looks."""
    return f"data: {json.dumps({'kind': kind})}\n\n".encode()
