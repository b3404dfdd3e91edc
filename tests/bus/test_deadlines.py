"""Deadlines: each fires once, one that fails keeps nobody waiting, and each committee sees its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from chassis.clock import SystemClock
from chassis.database import Database
from chassis.deadlines import Deadline, Sweeper, Together, setting
from chassis.files import ObjectStoreFiles
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.sealing import Sealer
from chassis.service import Running, Service
from chassis.together import write_together
from chassis.work import Tools, Work
from infra.postgres.urls import with_database
from tests.bus.wire import Wire
from tests.house import BESIDE, COUNTY, portal_settings

PASSED = datetime(2026, 3, 4, tzinfo=UTC)


async def due(wire: Wire, kind: str, *, committee: str = COUNTY, minutes: int = 0) -> UUID:
    """A deadline that has passed; its matter."""
    matter = uuid4()
    async with wire.outbox.transaction([committee]) as tx:
        due = Deadline(
            matter=matter,
            committee=committee,
            kind=kind,
            rule="到期",
            anchor=PASSED,
            calendar_version="2026",
            due_at=PASSED + timedelta(minutes=minutes),
        )
        await write_together(tx, setting([due]))
    return matter


def sweeper(wire: Wire, **handlers: Any) -> Sweeper:
    """As a service has it, with the worker's role."""
    database = Database(wire.stack.database_url("proposals", "worker"), pool_size=1)
    tools = Tools(
        clock=SystemClock(),
        files=ObjectStoreFiles(wire.sender.jetstream()),
        sealer=Sealer.from_file(wire.stack.keys.sealing),
    )

    @asynccontextmanager
    async def open_work(*, committees: Any) -> AsyncIterator[Work]:
        async with database.transaction(committees or ()) as tx:
            work = Work(
                service="proposals",
                tx=tx,
                tools=tools,
                actor=Actor.system("proposals", ""),
                committee="",
                now=datetime.now(UTC),
                request_id=new_id(),
            )
            yield work
            await work.flush()
        await database.close()

    return Sweeper(open_work, handlers)


async def fired(wire: Wire, *matters: UUID) -> list[bool]:
    """Which of these have fired."""
    async with wire.outbox.transaction([COUNTY, BESIDE]) as tx:
        rows = await tx.raw.fetch("select matter, fired_at from deadline where matter = any($1)", matters)
    found = {row["matter"]: row["fired_at"] is not None for row in rows}
    return [found[matter] for matter in matters]


async def test_one_that_fails_keeps_nobody_else_waiting(wire: Wire) -> None:
    bad = await due(wire, "fragile")
    good = [await due(wire, "fragile", minutes=minutes) for minutes in range(1, 6)]
    other = await due(wire, "sturdy", minutes=9)

    async def fragile(deadline: Deadline, work: Work) -> None:
        if deadline.matter == bad:
            raise ValueError("这一件办不了")

    async def sturdy(_deadline: Deadline, _work: Work) -> None: ...

    swept = sweeper(wire, fragile=fragile, sturdy=sturdy)
    while await swept.sweep():
        pass
    assert await fired(wire, bad, *good, other) == [False, True, True, True, True, True, True]
    assert await swept.sweep() == 0, "put off for a while, not tried again at once"


async def test_a_kind_this_code_does_not_know_stays_and_stops_nobody(wire: Wire) -> None:
    strange, known = await due(wire, "of_a_newer_version"), await due(wire, "known")

    async def handle(_deadline: Deadline, _work: Work) -> None: ...

    await sweeper(wire, known=handle).sweep()
    assert await fired(wire, strange, known) == [False, True]


async def test_a_kind_can_be_taken_as_a_set_for_each_committee(wire: Wire) -> None:
    here = [await due(wire, "set") for _ in range(5)]
    beside = [await due(wire, "set", committee=BESIDE) for _ in range(2)]
    calls: list[tuple[str, set[UUID]]] = []

    async def handle(deadlines: Sequence[Deadline], work: Work) -> None:
        calls.append((work.committee, {deadline.matter for deadline in deadlines}))

    await sweeper(wire, set=Together(handle)).sweep()
    assert sorted(calls) == [(COUNTY, set(here)), (BESIDE, set(beside))]


async def test_nobody_reaches_another_committee_s_deadlines(wire: Wire) -> None:
    matter = await due(wire, "walled", committee=BESIDE)
    async with wire.outbox.transaction([COUNTY]) as tx:
        assert await tx.raw.fetchval("select count(*) from deadline where matter = $1", matter) == 0
        assert (
            await tx.raw.execute("update deadline set cancelled_at = now() where matter = $1", matter)
            == "UPDATE 0"
        )
    async with wire.outbox.transaction([BESIDE]) as tx:
        assert await tx.raw.fetchval("select cancelled_at from deadline where matter = $1", matter) is None


async def test_what_happens_by_itself_carries_the_database_s_epoch(wire: Wire) -> None:
    """After a restore the epoch is higher, for deadlines and workers as for commands (decision 19)."""
    stack = wire.stack
    settings = portal_settings(stack).model_copy(
        update={
            "nats_seed_file": stack.keys.seed("proposals"),
            "database_url": stack.database_url("proposals", "app"),
            "database_worker_url": stack.database_url("proposals", "worker"),
        }
    )
    admin = await asyncpg.connect(with_database(stack.admin_url, "proposals"))
    await admin.execute("update epoch set epoch = 7")
    running = Running(Service(name="proposals"), settings, SystemClock())
    try:
        await running.start()
        async with running.open_work(committees=[COUNTY]) as work:
            assert work.epoch == 7
    finally:
        await running.stop()
        await admin.execute("update epoch set epoch = 1")
        await admin.close()
