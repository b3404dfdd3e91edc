"""F20: a follower whose database is lost, when the events it was made from are older than any stream.

It is told states by `tongxin reconcile seed`, in pages, and holds afterwards what it held before; nobody is told anything
twice, and it goes on with the next event of each aggregate.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis import housekeeping
from chassis.database import Database
from chassis.ids import new_id
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.databases import ensure_databases
from infra.recovery.reconcile import differences
from infra.recovery.seeding import seed_follower
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import History, Recovery
from tests.faults.kept import kept, notices
from tests.faults.observed import fetch
from tests.faults.test_restored import quiet
from tests.handling_at_work import dispatched, units
from tests.house import COUNTY
from tests.proposals_at_work import file, handed_in
from tests.waiting import until_async
from tongxin_contracts.proposals.joint_commands import WithdrawProposal
from tongxin_contracts.subjects import OWNERS, PERSON_STREAM, event_stream

PAGE = 3
"""Aggregates in a page: so few that there are several."""
NEVER_RAN = "portal"
"""A follower that these tests do not start."""


async def lose_database(stack: Stack, service: str) -> None:
    """An empty database with today's schema, as a new machine has it."""
    connection: Any = await asyncpg.connect(stack.admin_url)
    try:
        await connection.execute(f'drop database "{service}" with (force)')
    finally:
        await connection.close()
    await ensure_databases(stack.admin_url, [service], stack.keys.all_passwords())
    await asyncio.to_thread(stack.migrate, [service])


async def ninety_days_later(stack: Stack) -> None:
    """Streams and outboxes let go of what they let go of by age, each by its own rule."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        for stream in (*map(event_stream, OWNERS), PERSON_STREAM):
            await client.jetstream().purge_stream(stream)
    for owner in OWNERS:
        await fetch(stack, owner, "update outbox set published_at = now() - interval '91 days' returning id")
        database = Database(stack.database_url(owner, "worker"), pool_size=1)
        await housekeeping.tidy(database)
        await database.close()
        (left,) = await fetch(stack, owner, "select count(distinct aggregate) as rows from outbox")
        (open_,) = await fetch(stack, owner, "select count(*) as rows from task where open")
        assert left["rows"] == open_["rows"], "what is open keeps what was said of it"


class BrokenOffError(Exception):
    """Somebody stopped it."""


@pytest.mark.fault("F20", invariants="I2 I4", ci=True)
@pytest.mark.timeout(240)
async def test_f20_a_lost_follower_is_told_what_no_stream_has_any_more(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    stack, house, writer = processes.stack, city.house, city.writers[0]
    (unit,) = await units(house, COUNTY, "排水处")
    withdrawn, waiting = await handed_in(house, writer), await handed_in(house, writer)
    await house.ask(
        WithdrawProposal(committee=COUNTY, proposal_id=withdrawn, expected_version=1, reason="另行提交"),
        writer,
    )
    await dispatched(house, COUNTY, unit)
    filed = await handed_in(house, writer)
    await file(house, filed)
    await city.whole_within(history, 20)
    before = await kept(stack, "consultation", "notify")

    history.note("fault", what="consultation and notify lose their databases, ninety days later")
    for follower in ("consultation", "notify"):
        await asyncio.to_thread(processes.running[follower].stop)
        await lose_database(stack, follower)
    await ninety_days_later(stack)
    assert await to_be_seeded(stack) == {"consultation", "notify", NEVER_RAN}, "it is said who needs it"
    with recovery.timed(within=30):
        with pytest.raises(BrokenOffError):
            await seed_follower(stack, "notify", page=PAGE, say=break_off)
        await wait_for_a_person(stack, filed)
        first, *others = await seed_follower(stack, "notify", page=PAGE, say=quiet)
        assert await let_go(stack, filed), "what waits for a person is left to them"
        assert first.told > PAGE
        assert first.taken == 0, "what was taken before it broke off is not taken again"
        assert sum(one.taken for one in others) > PAGE
        again = await seed_follower(stack, "notify", page=PAGE, say=quiet)
        assert [one.taken for one in again] == [0, 1, 0]
    for follower in ("consultation", "notify"):
        await asyncio.to_thread(processes.start, follower)
    assert await kept(stack, "notify") == {name: rows for name, rows in before.items() if "notify" in name}
    assert await notices(stack) == set(), "nobody is told of what is long past"

    await file(house, waiting)

    async def waits() -> bool:
        return await reasons(stack, "consultation") == {"gap"}

    await until_async(waits, "an event without what came before it waits", 20)
    await seed_follower(stack, "consultation", page=PAGE, say=quiet)

    async def goes_on() -> bool:
        return bool(await notices(stack)) and not await reasons(stack, "consultation", "notify")

    await until_async(goes_on, "it is taken once a running follower was told the rest", 20)
    now = await kept(stack, "consultation")
    (candidate,) = now["consultation.candidates"] - before["consultation.candidates"]
    assert str(waiting) in candidate
    assert all(before[name] <= rows for name, rows in now.items())
    assert [one for one in await differences(stack) if one.is_mendable] == []
    assert await to_be_seeded(stack) == {NEVER_RAN}


async def to_be_seeded(stack: Stack) -> set[str]:
    """Followers that lack what neither streams nor outboxes have."""
    return {one.follower for owner in await differences(stack) for one in owner.unseeded}


async def wait_for_a_person(stack: Stack, proposal_id: UUID) -> None:
    """A dead letter of notify's on this proposal."""
    await fetch(
        stack,
        "notify",
        "insert into held (consumer, aggregate, version, event_id, stream_sequence, committee, subject, headers,"
        " payload, reason) values ('notify:EVT_PROPOSALS', $1, 1, $2, 1, $3, 's', '{}', ''::bytea, 'failed') returning id",
        proposal_id,
        new_id(),
        COUNTY,
    )


async def let_go(stack: Stack, proposal_id: UUID) -> bool:
    """Take it away again; whether it was still there, and nothing past it was taken."""
    taken = await fetch(
        stack,
        "notify",
        "select last_version from gate where consumer = 'notify:EVT_PROPOSALS' and aggregate = $1",
        proposal_id,
    )
    gone = await fetch(stack, "notify", "delete from held where aggregate = $1 returning id", proposal_id)
    return len(gone) == 1 and [row["last_version"] for row in taken] == [0]


async def reasons(stack: Stack, *followers: str) -> set[str]:
    """Why these hold letters, where they hold any."""
    return {row["reason"] for one in followers for row in await fetch(stack, one, "select reason from held")}


def break_off(_line: str) -> None:
    """After the first owner."""
    raise BrokenOffError
