"""The bad network itself: what it does to a connection is what a network would do."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from tests.faults.proxy import Proxy, Way


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that says back what it hears."""

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(say_back, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def said_back(proxy: Proxy, limit: float = 2.0) -> tuple[bytes, float]:
    """Ask on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening)
    writer.write(b"hello")
    began = time.monotonic()
    try:
        return await asyncio.wait_for(reader.read(100), limit), time.monotonic() - began
    finally:
        writer.transport.abort()


async def ends(read: Awaitable[Any]) -> bool:
    """Whether a connection ends, by a reset or in order, instead of saying something."""
    try:
        heard = await read
    except ConnectionResetError:
        return True
    return heard == b"" or (isinstance(heard, tuple) and heard[0] == b"")


async def test_latency_is_paid_each_way(echo: int) -> None:
    async with Proxy(echo, random.Random(1)).running() as proxy:
        assert (await said_back(proxy))[1] < 0.2
        proxy.latency = 0.2
        heard, took = await said_back(proxy)
        assert heard == b"hello"
        assert 0.4 <= took < 1


async def test_a_reset_ends_the_connection_for_both(echo: int) -> None:
    async with Proxy(echo, random.Random(1)).running() as proxy:
        proxy.resets = 1.0
        assert await ends(said_back(proxy))
        assert proxy.reset_count == 1


@pytest.mark.parametrize("way", list(Way))
async def test_a_black_hole_takes_one_direction_and_gives_back_late(echo: int, way: Way) -> None:
    async with Proxy(echo, random.Random(1)).running() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening)
        writer.write(b"1")
        assert await reader.read(1) == b"1"
        proxy.swallow(way)
        writer.write(b"2")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        proxy.mend()
        assert await asyncio.wait_for(reader.read(1), 2) == b"2"
        writer.close()


async def test_a_forgotten_connection_is_silent_until_the_network_is_back(echo: int) -> None:
    async with Proxy(echo, random.Random(1)).running() as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening)
        writer.write(b"1")
        assert await reader.read(1) == b"1"
        proxy.forget()
        writer.write(b"2")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        proxy.mend()
        assert await ends(asyncio.wait_for(reader.read(1), 2))
        assert (await said_back(proxy))[0] == b"hello", "a new connection reaches the server"
