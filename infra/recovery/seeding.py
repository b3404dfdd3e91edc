"""Brings a follower to what owners hold: a service that was added later, or whose database was lost.

The streams reach back 90 days; what is older is told as states, from the owners' tables. Always holds: a page is one
transaction at the owner, of one moment, and one at the follower; whatever breaks it off, the next run goes on where the
follower stands, because what was taken is in its gates. The services may run meanwhile or not.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.files import ObjectStoreFiles
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.sealing import Sealer
from chassis.seeding import Source, seed
from chassis.tellers import PLACES, Row, State, states_of
from chassis.work import Tools, Work
from infra.contents import contents
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.urls import with_database
from infra.recovery.compare import PASSING, VERSIONED
from tongxin_contracts.subjects import OWNERS, ServiceName, event_stream

PAGE: Final = 500
"""Aggregates in one transaction."""
_FIRST: Final = UUID(int=0)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What became of one owner's aggregates."""

    owner: ServiceName
    told: int
    taken: int
    """The others the follower knew already."""


async def seed_follower(
    stack: Stack,
    follower: str,
    owners: Sequence[ServiceName] = (),
    *,
    again: bool = False,
    page: int = PAGE,
    say: Say = print,
) -> list[Seeded]:
    """Tell a follower everything it does not know of these owners, or of all it follows.

    With `again` also what it knows as far: for a table that a release added to a service that was there.
    """
    followed = [owner for owner in OWNERS if event_stream(owner) in stack.follows.get(follower, ())]
    strangers = [owner for owner in owners if owner not in followed]
    if strangers or not followed:
        raise StackError(f"{follower} 不读取 {'、'.join(strangers) or '任何服务'} 的事件")
    done = []
    async with _work_of(stack, follower) as open_work:
        for owner in owners or followed:
            told = taken = 0
            async for source, states in _pages(stack, owner, page):
                async with open_work({state.row.committee for state in states}) as work:
                    taken += await seed(contents()[follower].keepers, source, states, work, again=again)
                told += len(states)
            say(f"{owner}：告知 {told} 个对象，其中 {taken} 个 {follower} 此前不知道")
            done.append(Seeded(owner, told, taken))
    return done


async def _pages(stack: Stack, owner: ServiceName, page: int) -> AsyncIterator[tuple[Source, list[State]]]:
    """Everything an owner holds, by table and id; each page as of one moment."""
    tellers = {teller.table: teller for teller in contents()[owner].tellers}
    database = Database(with_database(stack.admin_url, owner), pool_size=1, name="operator")
    try:
        async with database.transaction() as tx:
            await tx.raw.execute(PLACES)
            names = [row["table_name"] for row in await tx.raw.fetch(VERSIONED)]
            tables = [name for name in names if name not in PASSING]
        for table in tables:
            after: UUID | None = _FIRST
            while after is not None:
                async with database.transaction() as tx:
                    await tx.raw.execute("set transaction isolation level repeatable read")
                    source = await _source(tx, owner)
                    rows = await _rows(tx, table, after, page)
                    states = await states_of(tx, tellers.get(table), rows)
                after = rows[-1].id if len(rows) == page else None
                if states:
                    yield source, states
    finally:
        await database.close()


async def _source(tx: Transaction, owner: ServiceName) -> Source:
    row = await tx.raw.fetchrow("select epoch, unreconciled_since, now() as at from epoch")
    if row["unreconciled_since"] is not None:
        raise StackError(f"{owner} 恢复后尚未核对：先运行 tongxin reconcile --service {owner} --mend")
    at: datetime = row["at"]
    return Source(owner, row["epoch"], at)


async def _rows(tx: Transaction, table: str, after: UUID, page: int) -> list[Row]:
    rows: list[Any] = await tx.raw.fetch(
        f'select id, committee, version from "{table}" where id > $1 and version > 0 order by id limit $2',  # noqa: S608 - a name of the catalogue's
        after,
        page,
    )
    return [Row(row["id"], row["committee"], row["version"]) for row in rows]


@asynccontextmanager
async def _work_of(stack: Stack, follower: str) -> AsyncIterator[Any]:
    """Opens the follower's transactions as its own worker does: its walls hold here too."""
    service = contents()[follower]
    database = Database(stack.database_url(follower, "worker"), pool_size=1, name="operator")
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        tools = Tools(
            clock=SystemClock(),
            files=ObjectStoreFiles(client.jetstream()),
            sealer=Sealer.from_file(stack.keys.sealing),
        )

        @asynccontextmanager
        async def open_work(committees: set[str]) -> AsyncIterator[Work]:
            async with database.transaction(committees) as tx:
                work = Work(
                    service=service.name,
                    tx=tx,
                    tools=tools,
                    actor=Actor.system(service.name, ""),
                    committee="",
                    now=tools.clock.now(),
                    request_id=new_id(),
                )
                yield work
                await work.flush()

        try:
            yield open_work
        finally:
            await database.close()
