"""Transactions that say for whom they act.

Always holds: the first statement of every transaction sets `app.committees`, so row-level security lets through the
named committees' rows and no others; the role is never one that row-level security does not bind (checked at start).
"""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from nats.errors import (
    ConnectionClosedError,
    ConnectionReconnectingError,
    NoRespondersError,
    NoServersError,
    OutboundBufferLimitError,
    StaleConnectionError,
)
from nats.js.errors import ServiceUnavailableError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis import telemetry
from chassis.problems import Unavailable


@dataclass(frozen=True, slots=True)
class Transaction:
    """One open transaction: SQLAlchemy Core for services, asyncpg on the same one for the chassis' hot paths."""

    sql: AsyncConnection
    raw: Any
    """The asyncpg connection; typed loosely because asyncpg ships no types."""


class Database:
    """A pool of connections of one role to one service's database."""

    def __init__(self, url: str, *, pool_size: int, name: str = "app") -> None:
        self.url = url
        self._waited = telemetry.POOL_WAIT_SECONDS.labels(name)
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args={
                "timeout": 5,
                # Above the roles' own limits: for a server that does not answer at all.
                "command_timeout": 40,
                "server_settings": {"application_name": "tongxin"},
            },
            hide_parameters=True,  # an error's text goes into logs and letters, which hold no personal data
        )

    @asynccontextmanager
    async def transaction(self, committees: Iterable[str] = ()) -> AsyncIterator[Transaction]:
        """Begin, say for which committees, commit at the end; any exception rolls everything back."""
        asked = time.perf_counter()
        async with self.engine.begin() as connection:
            self._waited.observe(time.perf_counter() - asked)
            await connection.exec_driver_sql(
                "select set_config('app.committees', $1, true)", (",".join(sorted(set(committees))),)
            )
            raw: Any = (await connection.get_raw_connection()).driver_connection
            try:
                yield Transaction(connection, raw)
            except Exception as error:
                if _is_misuse(error):
                    # Left in the middle of something: whoever had it next could not even begin.
                    await connection.invalidate()
                raise

    async def refuse_unbound_role(self) -> None:
        """Raise Unavailable when this role would see every committee's rows (superuser or BYPASSRLS)."""
        async with self.transaction() as tx:
            unbound = await tx.raw.fetchval(
                "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
            )
        if unbound:
            raise Unavailable("database role is not bound by row-level security; refuse to start")

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


_TRANSIENT_STATES = ("08", "40", "53", "55P03", "57")
"""SQLSTATE classes that are the database's fault and not the statement's: connection, serialization, resources,
lock timeout, shutdown and statement timeout."""


_UNIQUE_VIOLATION = "23505"


def is_taken(error: BaseException) -> bool:
    """Whether an error says that a row with this key is there already."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) == _UNIQUE_VIOLATION


_ABOUT_FILES = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Operating-system errors that no waiting mends."""
_ABOUT_THE_WORLD = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    Unavailable,
    NoRespondersError,
    NoServersError,
    ConnectionClosedError,
    ConnectionReconnectingError,
    StaleConnectionError,
    OutboundBufferLimitError,
    ServiceUnavailableError,
)
"""Somebody does not answer now."""


def _is_misuse(error: BaseException) -> bool:
    """Whether the driver was used wrongly, which is our mistake; that a connection is closed is not."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, asyncpg.InterfaceError):
            return "closed" not in str(cause) and "released" not in str(cause)
        cause = getattr(cause, "orig", None) or cause.__cause__
    return False


def is_transient(error: BaseException) -> bool:
    """Whether an error says "not now" and not "never": the batch or command is to be tried again as it is."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DBAPIError) and cause.connection_invalidated:
            return True
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state.startswith(_TRANSIENT_STATES)
        if isinstance(cause, asyncpg.InterfaceError):
            return not _is_misuse(cause)
        if isinstance(cause, _ABOUT_FILES):
            return False
        if isinstance(cause, _ABOUT_THE_WORLD):
            return True
        cause = getattr(cause, "orig", None) or cause.__cause__
    return False
