"""Connections that are kept: nobody gets one that somebody else is not done with."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import connections
from chassis.connections import Connections


class Driver:
    """Stands in for asyncpg's connection."""

    def __init__(self) -> None:
        self.in_transaction = False
        self.terminated = False

    def is_closed(self) -> bool:
        return self.terminated

    def is_in_transaction(self) -> bool:
        return self.in_transaction

    def terminate(self) -> None:
        self.terminated = True


class Kept:
    """Stands in for Core's connection."""

    def __init__(self) -> None:
        self.driver = Driver()
        below = SimpleNamespace(driver_connection=self.driver)
        self.sync_connection = SimpleNamespace(connection=SimpleNamespace(dbapi_connection=below))
        self.closed = self.invalidated = False

    def in_transaction(self) -> bool:
        return False

    async def invalidate(self) -> None:
        self.invalidated = True

    async def close(self) -> None:
        self.closed = True


class Engine:
    """Stands in for SQLAlchemy's."""

    async def connect(self) -> Kept:
        return Kept()

    async def dispose(self) -> None:
        return


def kept(size: int = 1) -> Connections:
    return Connections(cast("AsyncEngine", Engine()), size=size)


async def test_the_one_used_last_is_used_next() -> None:
    pool = kept()
    first: Any = await pool.take()
    await pool.give_back(first)
    assert await pool.take() is first
    assert pool.in_use == 1


async def test_one_left_in_a_transaction_is_nobodys_any_more() -> None:
    pool = kept()
    left: Any = await pool.take()
    left.driver.in_transaction = True
    await pool.give_back(left)
    assert left.driver.terminated
    assert left.closed
    assert await pool.take() is not left


async def test_who_waits_too_long_is_told_and_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", 0.01)
    pool = kept()
    first = await pool.take()
    with pytest.raises(PoolTimeoutError):
        await pool.take()
    await pool.give_back(first)
    assert await pool.take() is first


async def test_what_comes_back_after_the_end_is_closed() -> None:
    pool = kept()
    late: Any = await pool.take()
    await pool.close()
    await pool.give_back(late)
    assert late.closed
