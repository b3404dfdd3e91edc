"""What a bench stands on: servers of its own on a fresh folder, and services as processes where it is about services."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from infra.local.stack import Stack
from tests.conftest import temporary_folder
from tests.processes import start_all, stop_all


@asynccontextmanager
async def servers() -> AsyncIterator[Stack]:
    """NATS (`sync_interval: always`) and PostgreSQL as `make run` starts them, provisioned and migrated."""
    with temporary_folder() as folder:
        stack = Stack(folder)
        await asyncio.to_thread(stack.start)
        try:
            yield stack
        finally:
            await asyncio.to_thread(stack.stop)


@asynccontextmanager
async def services(stack: Stack, names: Sequence[str]) -> AsyncIterator[None]:
    """These services as processes, ready when the block begins."""
    running = await asyncio.to_thread(start_all, stack, names)
    try:
        yield
    finally:
        await asyncio.to_thread(stop_all, running.values())
