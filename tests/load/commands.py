"""Commands a second, from HTTP to a committed transaction: the house beside the fastest by hand and beside the stock way.

The command is `members.record_duty`: session, secret, permission, validation, the command's id, the member's lock, a row,
an event, a line of history; 1 % of traces kept. All three run with their relay and one follower, the same database
server, the same load from the same generator, in turns; what counts is each one's median.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import asdict
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
from tests.load.peers import lean_delivery, lean_http
from tests.load.peers.running import make_database, make_stream, peer_process, peers_bus, wait_for_door
from tests.load.peers.stock_models import Account, Base, Member, SignIn
from tests.members_at_work import as_xlsx, import_roster, roster_page, roster_rows
from tests.portal_at_work import signed_in
from tests.processes import start_all, stop_all
from tongxin_contracts.permissions import Role

MEMBERS: Final = 400
ROUNDS: Final = 5
_STOCK_STREAM: Final = "PEER_STOCK"

Side = Callable[[], AbstractAsyncContextManager[Load]]
"""Starts one of the three and says how to load it; ends it afterwards."""


async def measure() -> list[Figure]:
    """All three in turns."""
    taken: dict[str, list[float]] = {"house": [], "by hand": [], "stock": []}
    with temporary_folder() as folder, peers_bus(folder) as bus:
        stack = Stack(folder / "data", extra_environment=traced(folder)).start()
        try:
            members = await roster(stack)
            sides: dict[str, Side] = {
                "house": lambda: house_at_work(stack, members),
                "by hand": await by_hand(stack, bus, members),
                "stock": await stock(stack, bus, members),
            }
            for _ in range(ROUNDS):
                for name, side in sides.items():
                    async with side() as load:
                        measured = await generate(load)
                    print(f"  {name}: {measured.per_second:.0f}/s, p99 {measured.p99_ms:.0f} ms", flush=True)
                    taken[name].append(measured.per_second)
        finally:
            stack.stop()
    house, hand, usual = (median(found) for found in taken.values())
    what = "commands, HTTP to durable"
    return [
        beside(what, house, "commands/s", peer="Starlette + asyncpg by hand", peer_value=hand, at_least=0.25),
        beside(what, house, "commands/s", peer="FastAPI + ORM, stock", peer_value=usual, at_least=1.2),
    ]


async def generate(load: Load) -> Measured:
    """Run the generator in a process of its own; raises when anything was refused."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.load.http_load",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps(asdict(load)).encode())
    measured = Measured(**json.loads(output))
    assert not measured.refused, f"{measured.refused} refused: {measured.first_refusal}"
    return measured


def traced(folder: Path) -> dict[str, str]:
    """Settings under which one trace in a hundred is kept."""
    return {"TONGXIN_TRACES": f"file:{folder / 'spans'}", "TONGXIN_TRACE_RATIO": "0.01"}


async def roster(stack: Stack) -> list[str]:
    """Members imported as an office would; their ids."""
    running = start_all(stack, ["members"])
    house = await House.open(stack)
    try:
        await import_roster(house, COUNTY, as_xlsx(roster_rows(COUNTY, MEMBERS)))
        ids: list[str] = []
        after: str | None = None
        while not ids or after is not None:
            page = await roster_page(house, COUNTY, limit=100, after=after)
            ids += [str(row.member_id) for row in page.members]
            after = page.next
        return ids
    finally:
        await house.close()
        stop_all(running.values())


@asynccontextmanager
async def house_at_work(stack: Stack, members: list[str]) -> AsyncIterator[Load]:
    """The members service with its relay, and the portal, which is the door and follows the members' events."""
    running = start_all(stack, ["members", "portal"])
    try:
        async with signed_in(stack, Role.MEMBERS_OFFICE) as office:
            cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in office.client.cookies.jar)
            yield Load(
                port=stack.ports.portal,
                path="/api/v1/members/record_duty",
                headers={"cookie": cookies, "x-csrf-token": office.csrf},
                members=members,
                committee=COUNTY,
            )
    finally:
        stop_all(running.values())


async def by_hand(stack: Stack, bus: str, members: list[str]) -> Side:
    """The peer without permission and history."""
    dsn = await make_database(stack, "peer_by_hand")
    await make_stream(bus, lean_delivery.STREAM, "peer.>")
    database = await asyncpg.connect(dsn)
    await database.execute(lean_http.SCHEMA)
    await database.execute("insert into member select unnest($1::uuid[]), $2", members, COUNTY)
    await database.close()
    environment = {"DSN": dsn, "NATS": bus}
    return lambda: _peer(["lean_http", "lean_delivery"], environment, members, {})


async def stock(stack: Stack, bus: str, members: list[str]) -> Side:
    """The peer that does the same work with what one finds in tutorials."""
    dsn = await make_database(stack, "peer_stock")
    await make_stream(bus, _STOCK_STREAM, "stock.>")
    engine = create_async_engine(dsn.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    account = Account(id=uuid4(), name="程远", committee=COUNTY, roles=["members_office"])
    browser = SignIn(
        digest=hashlib.sha256(b"cookie").digest(),
        csrf="secret",
        account_id=account.id,
        expires_at=datetime.now(UTC) + timedelta(hours=12),
    )
    async with AsyncSession(engine) as session, session.begin():
        session.add(account)
        session.add_all(Member(id=member, committee=COUNTY, version=0) for member in members)
        await session.flush()
        session.add(browser)
    await engine.dispose()
    environment = {"DSN": dsn, "NATS": bus}
    headers = {"cookie": "peer_session=cookie", "x-csrf-token": "secret"}
    return lambda: _peer(["stock_http", "stock_relay", "stock_consumer"], environment, members, headers)


@asynccontextmanager
async def _peer(
    modules: list[str], environment: dict[str, str], members: list[str], headers: dict[str, str]
) -> AsyncIterator[Load]:
    port = free_port()
    with ExitStack() as processes:
        for module in modules:
            processes.enter_context(
                peer_process(f"tests.load.peers.{module}", environment | {"PORT": str(port)})
            )
        await asyncio.to_thread(wait_for_door, port)
        yield Load(port=port, path="/duties", headers=headers, members=members, committee=COUNTY)
