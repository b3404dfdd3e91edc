"""Commands a second, from HTTP to a committed transaction: the house beside the fastest by hand and beside the stock way.

The command is `members.record_duty`: session, secret, permission, validation, the command's id, the member's lock, a row,
an event, a line of history; 1 % of traces kept. All three run with their relay and one follower, the same database
server, the same load from the same generator, in turns; what counts is each one's median.
"""

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from infra.local.ports import free_port
from infra.local.stack import Stack
from tests.conftest import temporary_folder
from tests.house import COUNTY, House
from tests.load.figures import Figure, beside, median
from tests.load.http_load import Load, Measured
from tests.load.peers import lean_delivery, lean_http, stock_consumer
from tests.load.peers.running import make_database, make_stream, peer_process, peers_bus, wait_for_door
from tests.load.peers.stock_models import Account, Base, SignIn
from tests.members_at_work import as_xlsx, import_roster, roster_page, roster_rows
from tests.portal_at_work import signed_in
from tests.processes import start_all, stop_all
from tongxin_contracts.permissions import Role

MEMBERS: Final = 400
ROUNDS: Final = 5
SECONDS: Final = 5.0


async def measure() -> list[Figure]:
    """All three in turns."""
    taken: dict[str, list[Measured]] = {"house": [], "lean": [], "stock": []}
    with temporary_folder() as folder, peers_bus(folder) as bus:
        stack = Stack(
            folder / "data", ack_wait=timedelta(seconds=3), extra_environment=_traced(folder)
        ).start()
        try:
            members = await _members(stack)
            sides = {
                "house": house_at_work(stack, members),
                "lean": await _lean(stack, bus, members),
                "stock": await _stock(stack, bus, members),
            }
            for _ in range(ROUNDS):
                for name, side in sides.items():
                    async with side() as load:
                        taken[name].append(await generate(load))
                        print(f"  {name}: {taken[name][-1]}", flush=True)  # noqa: T201  (progress)
        finally:
            stack.stop()
    per_second = {name: median([one.per_second for one in all_]) for name, all_ in taken.items()}
    name = "commands, HTTP to durable"
    return [
        beside(name, per_second["house"], "commands/s", peer="by hand: Starlette + asyncpg + outbox",
               peer_value=per_second["lean"], at_least=0.25),
        beside(name, per_second["house"], "commands/s", peer="stock: FastAPI + ORM + NOTIFY + one by one",
               peer_value=per_second["stock"], at_least=1.2),
    ]  # fmt: skip


Side = Callable[[], "asynccontextmanager[Load]"]


def _traced(folder: Path) -> dict[str, str]:
    return {"TONGXIN_TRACES": f"file:{folder / 'spans'}", "TONGXIN_TRACE_RATIO": "0.01"}


async def _members(stack: Stack) -> list[str]:
    """A roster, imported as an office would; the members' ids."""
    running = start_all(stack, ["members"])
    house = await House.open(stack)
    try:
        await import_roster(house, COUNTY, as_xlsx(roster_rows(COUNTY, MEMBERS)))
        ids, after = [], None
        while True:
            page = await roster_page(house, COUNTY, limit=100, after=after)
            ids += [str(row.member_id) for row in page.members]
            after = page.next
            if after is None:
                return ids
    finally:
        await house.close()
        stop_all(running.values())
