"""The operator's way to the bus: a node that is dead or silent costs seconds, and with all of them dead it is said at once."""

import asyncio
import time
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from infra.local.ports import free_port
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus

SOON = 8.0
"""Seconds; by default the library tries a first connection for two minutes."""


async def test_the_next_node_is_asked_when_the_first_is_dead(stack: Stack) -> None:
    began = time.monotonic()
    async with bus(f"nats://127.0.0.1:{free_port()},{stack.nats_url}", *_operator(stack)) as client:
        assert client.is_connected
    assert time.monotonic() - began < SOON


async def test_the_next_node_is_asked_when_the_first_says_nothing(stack: Stack) -> None:
    """As one that is stopped: the kernel takes connections for it."""
    silent = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(60), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    began = time.monotonic()
    try:
        async with bus(f"nats://127.0.0.1:{port},{stack.nats_url}", *_operator(stack)) as client:
            assert client.is_connected
    finally:
        silent.close()
    assert time.monotonic() - began < SOON


async def test_with_every_node_dead_it_is_said_soon(stack: Stack) -> None:
    began = time.monotonic()
    with pytest.raises((OSError, NatsError)):
        async with bus(f"nats://127.0.0.1:{free_port()}", *_operator(stack)):
            pass
    assert time.monotonic() - began < SOON


def _operator(stack: Stack) -> tuple[Path, str]:
    return stack.keys.seed(OPERATOR_USER), OPERATOR_USER
