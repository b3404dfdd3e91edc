"""Whose fault an error is, and that no error leaves a connection nobody can use."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from nats.errors import ConnectionClosedError, MaxPayloadError, NoRespondersError
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError

from chassis.database import Database, Transaction, is_transient
from chassis.problems import NotFound, Unavailable
from tests.bus.wire import Wire


async def failing(database: Database, sql: str, *arguments: object) -> BaseException:
    """The error of a statement in a transaction."""
    with pytest.raises(Exception) as failed:  # noqa: PT011  (which one is what the test is about)
        async with database.transaction() as tx:
            await tx.raw.execute(sql, *arguments)
    return failed.value


async def test_a_value_no_column_takes_is_the_event_s_fault(wire: Wire) -> None:
    for sql, argument in (
        ("select $1::int", 2**40),
        ("select $1::text", "\ud800"),
        ("select $1::text", "\0"),
    ):
        assert not is_transient(await failing(wire.outbox, sql, argument))


async def test_a_statement_used_wrongly_is_our_fault_and_not_the_world_s(wire: Wire) -> None:
    assert not is_transient(await failing(wire.outbox, "select $1::int", 1, 2))


async def test_a_connection_that_is_gone_is_the_world_s_fault(wire: Wire) -> None:
    with pytest.raises(Exception) as failed:  # noqa: PT011, PT012
        async with wire.outbox.transaction() as tx:
            await wire.admin.execute("select pg_terminate_backend($1)", tx.raw.get_server_pid())
            await tx.raw.execute("select 1")
    assert is_transient(failed.value)
    with pytest.raises(Exception) as failed:  # noqa: PT011, PT012
        async with wire.outbox.transaction() as tx:
            tx.raw.terminate()
            await tx.sql.execute(text("select 1"))
    assert is_transient(failed.value)


async def test_a_table_that_grew_under_a_prepared_statement_passes_by_itself() -> None:
    driver = asyncpg.InvalidCachedStatementError("cached plan must not change result type")
    translated = AsyncAdapt_asyncpg_dbapi.InvalidCachedStatementError(str(driver), driver)  # type: ignore[no-untyped-call]
    for error in (driver, DBAPIError("select *", None, translated)):
        assert is_transient(error), "a service of the release before goes on while a migration runs"
    assert not is_transient(asyncpg.FeatureNotSupportedError("not this way"))


async def test_what_else_may_pass_by_itself_and_what_may_not() -> None:
    for passing in (
        Unavailable(),
        NoRespondersError(),
        ConnectionClosedError(),
        ConnectionResetError(),
        TimeoutError(),
    ):
        assert is_transient(passing), passing
    with pytest.raises(OSError, match="no-such-file") as missing:
        await asyncio.to_thread(Path("no-such-file").read_text)
    for lasting in (missing.value, NotFound(), MaxPayloadError(), ValueError()):
        assert not is_transient(lasting), lasting


async def test_a_connection_misused_or_abandoned_is_not_handed_to_the_next(wire: Wire) -> None:
    database = Database(wire.stack.database_url("proposals", "app"), pool_size=1)

    async def twice_at_once(tx: Transaction) -> None:
        await asyncio.gather(tx.raw.execute("select pg_sleep(0.2)"), tx.raw.execute("select 1"))

    async def given_up(tx: Transaction) -> None:
        await asyncio.wait_for(tx.raw.execute("select pg_sleep(5)"), 0.1)

    async def given_up_in_core(tx: Transaction) -> None:
        await asyncio.wait_for(tx.sql.execute(text("select pg_sleep(5)")), 0.1)

    for misuse in (twice_at_once, given_up, given_up_in_core):
        with pytest.raises(Exception):  # noqa: B017, PT011  (the driver's choice)
            async with database.transaction() as tx:
                await misuse(tx)
        async with database.transaction() as tx:
            assert await tx.raw.fetchval("select 1") == 1, misuse.__name__
    await database.close()
