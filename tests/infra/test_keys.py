"""Every key is changed while somebody works: nobody is turned away, and afterwards the old key opens nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager

import asyncpg
import pytest
from nats.errors import Error as NatsError
from sqlalchemy import LargeBinary, Table

from chassis import bus
from chassis.clock import SystemClock
from chassis.identity import TokenSigner
from chassis.ids import new_id
from chassis.problems import NotSignedIn
from chassis.sealing import Sealer, read_keys
from infra.keys.rotation import begin, finish, rotate_agency
from infra.keys.sealed import SEALED
from infra.local.program import Running
from infra.local.stack import Stack
from infra.nats.connection import bus as connected
from infra.nats.connection import until_accepted
from services.consultation import tables as consultation
from services.members import tables as members
from services.notify import tables as notify
from services.portal import tables as portal
from services.proposals import review_tables as proposals
from tests.conftest import ACK_WAIT, temporary_folder
from tests.house import COUNTY, House, person
from tests.members_at_work import office, some_members
from tests.processes import start_all, stop_all
from tests.proposals_at_work import TEXT
from tests.waiting import until_async
from tongxin_contracts.members.queries import Dossier, DossierAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft

SERVICES = ("members", "proposals")
NOT_SEALED = {
    "session.digest",
    "preference.code_digest",
    "document.content",
    "attachment.content",
    "proposal_file.content",
}
"""Binary columns that are digests or files."""


@pytest.fixture(scope="module")
def own() -> Iterator[tuple[Stack, dict[str, Running]]]:
    """Servers and two services whose keys nobody else uses."""
    with temporary_folder() as folder, ExitStack() as end:
        stack = Stack(folder, ack_wait=ACK_WAIT).start()
        end.callback(stack.stop)
        running = start_all(stack, SERVICES)
        end.callback(lambda: stop_all(running.values()))
        yield stack, running


@asynccontextmanager
async def working(stack: Stack) -> AsyncIterator[list[int]]:
    """Somebody saves drafts for as long as the block lasts; what is counted are answers. A refusal fails the test."""
    house, answered, stopping = await House.open(stack), [0], False
    member = person(Role.MEMBER)

    async def work() -> None:
        while not stopping:
            await house.ask(SaveDraft(committee=COUNTY, draft_id=new_id(), revision=0, **TEXT), member)
            answered[0] += 1

    task = asyncio.create_task(work())
    try:
        yield answered
        seen = answered[0]
        await until_async(lambda: task.done() or answered[0] > seen + 3, "work goes on afterwards")
    finally:
        stopping = True
        await task
        await house.close()


async def test_tokens_of_both_keys_are_good_until_the_old_one_is_ended(
    own: tuple[Stack, dict[str, Running]],
) -> None:
    stack, _running = own
    old = stack.keys.token_private.read_bytes()
    async with working(stack) as answered:
        await until_async(lambda: answered[0] > 3, "work goes on")
        begin(stack, "tokens")
        seen = answered[0]
        await until_async(lambda: answered[0] > seen + 3, "with the new key too")
        assert stack.keys.token_private.read_bytes() != old
        house = await House.open(stack)
        before = bus.Caller(house.connection, TokenSigner(old), SystemClock())
        draft = SaveDraft(committee=COUNTY, draft_id=new_id(), revision=0, **TEXT)
        await before.call(draft, person(Role.MEMBER), new_id())
        finish(stack, "tokens")
        with pytest.raises(NotSignedIn):
            await before.call(draft, person(Role.MEMBER), new_id())
        await house.close()


async def test_sealed_values_are_read_before_during_and_after(own: tuple[Stack, dict[str, Running]]) -> None:
    stack, _running = own
    house = await House.open(stack)
    member = (await some_members(house, COUNTY, 2))[0]

    async def party() -> str | None:
        answer = await house.ask(Dossier(committee=COUNTY, member_id=member.member_id), office(COUNTY))
        assert isinstance(answer, DossierAnswer)
        return answer.party

    known = await party()
    assert known
    (old,) = read_keys(stack.keys.sealing.read_bytes())
    said = begin(stack, "sealing")
    assert any("members.person.party" in line for line in said)
    assert await party() == known
    new, kept = read_keys(stack.keys.sealing.read_bytes())
    assert kept == old
    finish(stack, "sealing")
    assert await party() == known
    assert read_keys(stack.keys.sealing.read_bytes()) == [new]
    for row in await rows(stack, "members", "select id, party from person where party is not null"):
        Sealer(new).open(bytes(row["party"]), row["id"])
    await house.close()


def test_every_binary_column_is_sealed_anew_or_known_not_to_be_sealed() -> None:
    listed = {f"{one.table}.{one.column}" for one in SEALED}
    binary = {
        f"{table.name}.{column.name}"
        for module in (members, notify, portal, proposals, consultation)
        for table in vars(module).values()
        if isinstance(table, Table)
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert listed <= binary
    assert binary - listed <= NOT_SEALED, "a new binary column: sealed or not?"


async def test_the_bus_lets_in_both_keys_until_the_old_one_is_ended(
    own: tuple[Stack, dict[str, Running]],
) -> None:
    stack, running = own
    stack.add_agency("inspection", "清源县督查室")
    old = stack.data / "old.nk"
    old.write_bytes(stack.keys.seed("proposals").read_bytes())
    agency_seed = stack.data / "agencies" / "inspection" / "agency.nk"
    old_agency = stack.data / "old_agency.nk"
    old_agency.write_bytes(agency_seed.read_bytes())
    async with working(stack) as answered:
        await asyncio.to_thread(begin, stack, "bus")
        await asyncio.to_thread(rotate_agency, stack, "inspection")
        seen = answered[0]
        await until_async(lambda: answered[0] > seen + 3, "work goes on over the old connections")
        for user, seed in (
            ("proposals", old),
            ("proposals", stack.keys.seed("proposals")),
            ("agency_inspection", old_agency),
            ("agency_inspection", agency_seed),
        ):
            await until_accepted(stack.nats_url, seed, user)
    assert stack.keys.seed("proposals").read_bytes() != old.read_bytes()
    await asyncio.to_thread(running["proposals"].stop)
    running["proposals"] = await asyncio.to_thread(stack.start_service, "proposals")
    await asyncio.to_thread(finish, stack, "bus")
    await until_async(lambda: not running["members"].alive, "who still has the old key ends", 40)
    running["members"] = await asyncio.to_thread(stack.start_service, "members")

    async def refused(user: str, seed: object) -> bool:
        try:
            async with connected(stack.nats_url, seed, user):  # type: ignore[arg-type]
                return False
        except (OSError, NatsError):
            return True

    await until_async(lambda: refused("proposals", old), "the old key of a service opens nothing")
    await until_async(lambda: refused("agency_inspection", old_agency), "nor that of an agency")
    async with working(stack) as answered:
        await until_async(lambda: answered[0] > 3, "work goes on with the new keys")


async def test_passwords_of_databases_change_under_connections_that_stay(
    own: tuple[Stack, dict[str, Running]],
) -> None:
    stack, running = own
    old = stack.database_url("proposals", "app")
    async with working(stack) as answered:
        await asyncio.to_thread(begin, stack, "database")
        seen = answered[0]
        await until_async(lambda: answered[0] > seen + 3, "open connections stay")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(old)
    await asyncio.to_thread(running["proposals"].stop)
    running["proposals"] = await asyncio.to_thread(stack.start_service, "proposals")
    async with working(stack) as answered:
        await until_async(lambda: answered[0] > 3, "started again with the new one")


async def rows(stack: Stack, service: str, sql: str) -> list[asyncpg.Record]:
    """As the superuser."""
    connection = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}")
    try:
        found: list[asyncpg.Record] = await connection.fetch(sql)
    finally:
        await connection.close()
    return found
