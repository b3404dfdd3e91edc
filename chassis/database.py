"""Transactions that say for whom they act.

Always holds: the first statement of every transaction sets `app.committees`, so row-level security lets through the
named committees' rows and no others; the role is never one that row-level security does not bind (checked at start).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
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
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from chassis import telemetry
from chassis.connections import Connections, driver
from chassis.problems import Unavailable


@dataclass(slots=True)
class Transaction:
    """One open transaction: SQLAlchemy Core for services, asyncpg on the same one for the chassis' hot paths."""

    sql: AsyncConnection
    raw: Any
    """The asyncpg connection; typed loosely because asyncpg ships no types."""
    began: str = ""
    """What the server said to the statement that came with the begin."""
    _marked: bool = False

    async def act_for(self, committees: Iterable[str]) -> None:
        """Act for these committees from here on instead of those it began with."""
        await self.raw.execute("select set_config('app.committees', $1, true)", ",".join(sorted(committees)))

    @asynccontextmanager
    async def undoable(self) -> AsyncIterator[None]:
        """A part that is undone when it fails, and the transaction goes on; parts follow on each other and hold no others.

        The mark stays until the next part moves it on or the commit takes it away: giving it up costs no statement.
        """
        await self.raw.execute(f"{'release savepoint part; ' if self._marked else ''}savepoint part")
        self._marked = True
        try:
            yield
        except Exception:
            if not self.raw.is_closed():
                await self.raw.execute("rollback to savepoint part")
            raise


class Database:
    """A pool of connections of one role to one service's database."""

    def __init__(self, url: str, *, pool_size: int, name: str = "app") -> None:
        self.url = url
        self._waited = telemetry.POOL_WAIT_SECONDS.labels(name)
        self.engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            # Begin and commit are sent here, in one statement with the walls; Core only sends what is between them.
            isolation_level="AUTOCOMMIT",
            connect_args={
                "timeout": 5,
                # Above the roles' own limits: for a server that does not answer at all.
                "command_timeout": 40,
                "server_settings": {"application_name": "tongxin"},
            },
            hide_parameters=True,  # an error's text goes into logs and letters, which hold no personal data
        )
        self.connections = Connections(self.engine, size=pool_size)

    @asynccontextmanager
    async def transaction(
        self, committees: Iterable[str] = (), *, first: str = ""
    ) -> AsyncIterator[Transaction]:
        """Begin, say for which committees, commit at the end; any exception rolls everything back.

        `first` goes to the server together with the begin, and has its values in its text: see `quoted`.
        """
        connection, raw, began = await self._begun(committees, first)
        try:
            yield Transaction(connection, raw, began)
            if await raw.execute("commit") != "COMMIT":
                raise RolledBackError
        except (Exception, asyncio.CancelledError) as error:
            await _roll_back(connection, raw, error)
            raise
        finally:
            await self.connections.give_back(connection)

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """The rows of one statement that is by itself, in no transaction; for tables without a wall alone."""
        connection, _raw, rows = await self._connected(lambda raw: raw.fetch(statement, *values))
        await self.connections.give_back(connection)
        found: list[Any] = rows
        return found

    async def _begun(self, committees: Iterable[str], first: str) -> tuple[AsyncConnection, Any, str]:
        """A connection in a transaction that says for whom it acts; one round trip."""
        begin = f"begin; set local app.committees = {quoted(','.join(sorted(set(committees))))}; {first}"
        return await self._connected(lambda raw: raw.execute(begin))

    async def _connected(self, first: Callable[[Any], Awaitable[Any]]) -> tuple[AsyncConnection, Any, Any]:
        """A connection that has answered its first statement; those that died while nobody used them are replaced."""
        for others in reversed(range(self.connections.size + 1)):
            asked = time.perf_counter()
            connection = await self.connections.take()
            self._waited.observe(time.perf_counter() - asked)
            raw = driver(connection)
            try:
                return connection, raw, await first(raw)
            except (Exception, asyncio.CancelledError) as error:
                found_dead = isinstance(error, asyncpg.InternalClientError) or (
                    isinstance(error, Exception) and raw.is_closed()
                )
                raw.terminate()
                await connection.invalidate()
                await self.connections.give_back(connection)
                if not (found_dead and others):
                    raise
        raise AssertionError("unreachable")

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
        await self.connections.close()


class RolledBackError(Exception):
    """A statement had failed and its error was swallowed: the server rolled back where a commit was asked for."""


def quoted(text: str) -> str:
    """A text as it stands in a statement that takes no parameters (standard_conforming_strings is on)."""
    return "'" + text.replace("'", "''") + "'"


async def _roll_back(connection: AsyncConnection, raw: Any, error: BaseException) -> None:
    """Leave the connection as it was, or leave it to nobody: whoever had it next could not even begin."""
    if isinstance(error, RolledBackError):
        return
    try:
        if _is_misuse(error):
            await connection.invalidate()
        else:
            await raw.execute("rollback")
    except Exception:  # noqa: BLE001 - a dead connection; what killed it is on its way up already
        raw.terminate()  # first: in the middle of something it could not even be closed politely
        await connection.invalidate()


_TRANSIENT_STATES = ("08", "40", "53", "55P03", "57")
"""SQLSTATE classes that are the database's fault and not the statement's: connection, serialization, resources,
lock timeout, shutdown and statement timeout."""


_UNIQUE_VIOLATION = "23505"


def is_taken(error: BaseException, constraint: str | None = None) -> bool:
    """Whether an error says that a row with this key is there already, or a row of this constraint's."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if getattr(cause, "sqlstate", None) != _UNIQUE_VIOLATION:
        return False
    return constraint is None or getattr(cause, "constraint_name", None) == constraint


_ABOUT_FILES = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Operating-system errors that no waiting mends."""
_OUTDATED = (asyncpg.InvalidCachedStatementError, AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError)
"""A table grew under a statement that was prepared before: a migration runs. The driver prepares it anew the next time."""
_ABOUT_THE_WORLD = (
    OSError,
    TimeoutError,
    PoolTimeoutError,
    asyncpg.InternalClientError,  # the server's last words came while nobody asked: the connection is dying
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
        if isinstance(cause, _OUTDATED) or (isinstance(cause, DBAPIError) and cause.connection_invalidated):
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
