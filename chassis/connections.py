"""Connections of one role to one database, so many and no more; the one used last is used next.

SQLAlchemy makes them and knows how to speak through them; they are kept here, because its own pool costs every
transaction nearly as much as a statement (docs/performance.md). Always holds:
a connection is with one user at a time, and one that is given back is in no transaction.
"""

import asyncio
from typing import Any, Final

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_PATIENCE: Final = 10.0
"""Seconds somebody waits for a connection when all are in use."""


class Connections:
    """At most `size` connections of one engine."""

    def __init__(self, engine: AsyncEngine, *, size: int) -> None:
        self._engine = engine
        self._places = asyncio.Semaphore(size)
        self._idle: list[AsyncConnection] = []
        self._closed = False
        self.size = size
        self.in_use = 0

    async def take(self) -> AsyncConnection:
        """A connection for oneself; raises SQLAlchemy's TimeoutError when none came free in time."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._places.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError(f"all {self.size} connections in use for {_PATIENCE:.0f} s") from error
        self.in_use += 1
        try:
            return self._idle.pop() if self._idle else await self._engine.connect()
        except BaseException:
            self._free()
            raise

    async def give_back(self, connection: AsyncConnection) -> None:
        """Leave it to the next one; one that was given up or left in the middle of a transaction is dropped."""
        try:
            if not _is_lost(connection) and _is_unfinished(raw := driver(connection)):
                # Even its rollback was cancelled: the next one's commit would be a commit of what was given up here.
                raw.terminate()
                await connection.invalidate()
            if self._closed or _is_lost(connection):
                await connection.close()
                return
            if connection.in_transaction():
                # Core begins by itself at its first statement. The server knows of no transaction any more: this only
                # makes Core forget its own.
                await connection.rollback()
            self._idle.append(connection)
        finally:
            self._free()

    async def close(self) -> None:
        """Close what nobody uses; the rest is closed as it comes back."""
        self._closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
        await self._engine.dispose()

    def _free(self) -> None:
        self.in_use -= 1
        self._places.release()


def _is_lost(connection: AsyncConnection) -> bool:
    return connection.closed or connection.invalidated


def _is_unfinished(raw: Any) -> bool:
    return bool(raw.is_closed() or raw.is_in_transaction())


def driver(connection: AsyncConnection) -> Any:
    """The asyncpg connection below, without the detour through a greenlet: it is there already."""
    below: Any = connection.sync_connection
    return below.connection.dbapi_connection.driver_connection
