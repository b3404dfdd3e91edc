"""A bad network of the tests' own: a TCP proxy that is slow, resets, forgets connections or swallows one direction.

It behaves as a network does: what a black hole takes is not lost but late, for TCP sends it again; a connection one
end of which is gone answers nothing while the network is away, and is reset when it is back.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

_CHUNK = 64 * 1024


class Way(StrEnum):
    """A direction through the proxy."""

    UP = "up"
    """From the service to the server."""
    DOWN = "down"


@dataclass
class Link:
    """One connection through the proxy."""

    service: asyncio.StreamWriter
    server: asyncio.StreamWriter | None
    forgotten: bool = False
    """The server's end is gone and the service has not heard of it."""

    def reset(self) -> None:
        """Both ends see a reset."""
        for end in (self.service, self.server):
            if end is not None:
                end.transport.abort()


@dataclass
class Proxy:
    """One way into a server; everything it does may be changed while connections are open."""

    port: int
    """Of the server."""
    chance: random.Random
    latency: float = 0.0
    """Seconds each byte takes, each way; nothing is slower for it, only later."""
    resets: float = 0.0
    """Share of pieces of data instead of which the connection is reset."""
    links: list[Link] = field(default_factory=list)
    reset_count: int = 0
    listening: int = 0
    """The port of its own."""
    _open: dict[Way, asyncio.Event] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listen on loopback for as long as the block lasts."""
        self._open = {way: asyncio.Event() for way in Way}
        self.mend()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.listening = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for link in self.links:
                link.reset()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self, way: Way) -> None:
        """A black hole in one direction: nothing comes through any more, and nobody is told."""
        self._open[way].clear()

    def forget(self) -> None:
        """Half-open: the server sees every connection end, the service sees nothing; new ones reach nobody."""
        for way in Way:
            self._open[way].clear()
        for link in self.links:
            link.forgotten = True
            if link.server is not None:
                link.server.transport.abort()

    def mend(self) -> None:
        """The network is well again: what was held back goes through, forgotten connections are reset."""
        self.latency = self.resets = 0.0
        for link in [link for link in self.links if link.forgotten]:
            link.reset()
        for way in Way:
            self._open[way].set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(writer, None)
        self.links.append(link)
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            await self._open[Way.UP].wait()
            from_server, link.server = await asyncio.open_connection("127.0.0.1", self.port)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, link.server, Way.UP, link))
                both.create_task(self._carry(from_server, writer, Way.DOWN, link))
        except (OSError, ExceptionGroup):
            return
        finally:
            if not link.forgotten:
                link.reset()
                self.links.remove(link)
            if task is not None:
                self._tasks.discard(task)

    async def _carry(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, way: Way, link: Link
    ) -> None:
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=1024)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._read(source, late, way, link))
            both.create_task(self._write(target, late, way))

    async def _read(
        self, source: asyncio.StreamReader, late: asyncio.Queue[tuple[float, bytes]], way: Way, link: Link
    ) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if self.chance.random() < self.resets:
                    self.reset_count += 1
                    link.reset()
                    break
                await late.put((loop.time() + self.latency, data))
        if way is Way.DOWN and link.forgotten:
            return  # the service is not told
        await late.put((loop.time() + self.latency, b""))

    async def _write(
        self, target: asyncio.StreamWriter, late: asyncio.Queue[tuple[float, bytes]], way: Way
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at, data = await late.get()
            await asyncio.sleep(at - loop.time())
            await self._open[way].wait()
            if not data:
                raise ConnectionResetError("one end is gone")
            target.write(data)
            await target.drain()
