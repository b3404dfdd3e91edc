"""Compares every owner with its streams and followers, or one service with all it has to do with, and mends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.urls import with_database
from infra.recovery.compare import Difference, compare
from infra.recovery.mend import mend
from tongxin_contracts.subjects import SERVICES


@dataclass(frozen=True, slots=True)
class Open:
    """An aggregate that went back and that nobody has looked at yet."""

    service: str
    aggregate: str
    kind: str
    committee: str
    kept_version: int
    version: int


async def differences(stack: Stack, service: str | None = None) -> list[Difference]:
    """What is to be mended; for one service: in its own events, and in what it took of others'."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        found = [await compare(client, stack.admin_url, owner, stack.follows) for owner in SERVICES]
    if service is not None:
        found = [one if one.service == service else _only_behind(one, service) for one in found]
    return [one for one in found if not one.is_none or one.forgotten]


def _only_behind(difference: Difference, follower: str) -> Difference:
    return Difference(
        difference.service,
        behind=[one for one in difference.behind if one.follower == follower],
        unseeded=[one for one in difference.unseeded if one.follower == follower],
    )


async def mend_all(stack: Stack, found: Sequence[Difference]) -> list[str]:
    """Mend what was found; returns a line for each thing done."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        return [line for one in found for line in await mend(client, stack.admin_url, stack.follows, one)]


async def open_marks(stack: Stack) -> list[Open]:
    """Aggregates that staff has to look at, of all services."""
    found = []
    for service in SERVICES:
        connection: Any = await asyncpg.connect(with_database(stack.admin_url, service))
        try:
            rows = await connection.fetch(
                "select * from restored where settled_at is null order by found_at, aggregate"
            )
        finally:
            await connection.close()
        found += [
            Open(
                service,
                str(row["aggregate"]),
                row["kind"],
                row["committee"],
                row["kept_version"],
                row["version"],
            )
            for row in rows
        ]
    return found


async def settle(stack: Stack, service: str, aggregate: str) -> bool:
    """Somebody has looked at it; False when it is not marked."""
    connection: Any = await asyncpg.connect(with_database(stack.admin_url, service))
    try:
        done: str = await connection.execute(
            "update restored set settled_at = now() where aggregate = $1::uuid and settled_at is null",
            aggregate,
        )
    finally:
        await connection.close()
    return done == "UPDATE 1"
