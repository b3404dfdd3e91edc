"""One id, one effect, also while a replica of the release before claims ids in its own way."""

import asyncio

import asyncpg

from chassis.ids import new_id
from infra.local.stack import Stack
from services.members.service import SERVICE as MEMBERS
from tests.bus.counted_desk import CountedDesk
from tests.house import person
from tests.waiting import until_async
from tongxin_contracts.members.commands import RegisterUnit
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role

HERE = "340925"


async def test_an_id_that_the_release_before_claims_is_answered_as_it_answered(quiet_stack: Stack) -> None:
    """It inserts the id before it acts; who comes meanwhile waits for it and gives its answer."""
    desk, office = CountedDesk(quiet_stack, MEMBERS), person(Role.PROPOSALS_OFFICE, committee=HERE)
    first = RegisterUnit(committee=HERE, unit_id=new_id(), name=f"单位 {new_id()}", short_name="单位")
    known, claimed = new_id(), new_id()
    await desk.ask(first, office, known)
    owner = await asyncpg.connect(quiet_stack.admin_url.rsplit("/", 1)[0] + "/members")
    try:
        async with owner.transaction():
            # What it had answered, under another id: as the release before writes it, not committed yet.
            await owner.execute(
                "insert into command_log (actor, command_id, digest, answer)"
                " select actor, $2, digest, answer from command_log where command_id = $1",
                known,
                claimed,
            )
            await owner.execute("update unit set name = name || '（旧）' where id = $1", first.unit_id)
            asked = asyncio.create_task(desk.ask(first, office, claimed))

            async def waits() -> bool:
                return bool(await owner.fetchval("select count(*) from pg_locks where not granted"))

            await until_async(waits, "the newer replica waits for the older one")
        answer = await asked
    finally:
        await owner.close()
        await desk.close()
    assert answer == Done(id=first.unit_id, version=1)
