"""What cannot be seen from outside: walls with the code's check switched off, and how many statements work costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event, func, insert, select

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.files import StoredFile
from chassis.held import Letter
from chassis.ids import new_id
from chassis.inbox import Inbox
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from infra.local.stack import Stack
from services.members import tables
from services.members.commands.import_roster import import_roster
from services.members.queries.dossier import dossier
from services.members.queries.roster import roster
from services.members.roster_file import read_roster_file
from services.members.service import SERVICE
from tests.house import House
from tests.members_at_work import adopt, as_xlsx, database, office, roster_rows, some_members
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.members.commands import ImportRoster
from tongxin_contracts.members.queries import Dossier, Roster
from tongxin_contracts.message import Event
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.words import Category, ProposalKind


class NoFiles:
    """Files that nobody puts or fetches."""

    async def put(self, content: bytes) -> StoredFile:
        raise AssertionError(content)

    async def get(self, digest: str) -> bytes:
        raise AssertionError(digest)


def tools(stack: Stack) -> Tools:
    return Tools(clock=SystemClock(), files=NoFiles(), sealer=Sealer.from_file(stack.keys.sealing))


def work_in(tx: Transaction, stack: Stack, committee: str) -> Work:
    """A unit of work as a handler gets it, in whatever transaction."""
    return Work(
        service="members",
        tx=tx,
        tools=tools(stack),
        actor=office(committee),
        committee=committee,
        now=datetime.now(UTC),
        request_id=new_id(),
    )


@asynccontextmanager
async def counted(tx: Transaction) -> AsyncIterator[list[str]]:
    """The statements sent meanwhile, through SQLAlchemy and past it; what the driver asks for itself is left out."""
    sent: list[str] = []

    def core(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    def raw(record: Any) -> None:
        if record.query not in sent and not any(word in record.query for word in ("typeinfo_tree", "'jit'")):
            sent.append(record.query)

    connection = tx.sql.sync_connection
    assert connection is not None
    event.listen(connection, "before_cursor_execute", core)
    tx.raw.add_query_logger(raw)
    yield sent
    tx.raw.remove_query_logger(raw)
    event.remove(connection, "before_cursor_execute", core)


WALLED = [table for table in tables.metadata.sorted_tables if "committee" in table.c]


@pytest.mark.parametrize("table", WALLED, ids=lambda table: table.name)
async def test_a_table_shows_and_takes_nothing_of_another_committee(house: House, table: Any) -> None:
    async with database(house.stack) as tx:
        assert await tx.sql.scalar(select(func.count()).select_from(table)) == 0, "unset means no rows"
        forced = await tx.raw.fetchval(
            "select relrowsecurity and relforcerowsecurity from pg_class where relname = $1", table.name
        )
        assert forced
    assert len(WALLED) == len(tables.metadata.sorted_tables)


async def test_with_the_check_in_the_code_off_the_wall_still_holds(house: House) -> None:
    here, beside = "341200", "341201"
    (member,) = await some_members(house, here, 1)
    async with database(house.stack, beside) as tx:
        work = work_in(tx, house.stack, here)
        assert (await roster(Roster(committee=here), work)).members == []
        with pytest.raises(Exception, match="没有找到"):
            await dossier(Dossier(committee=here, member_id=member.member_id), work)
        for table in WALLED:
            rows = await tx.sql.scalar(
                select(func.count()).select_from(table).where(table.c.committee == here)
            )
            assert rows == 0, table.name
    with pytest.raises(Exception, match="row-level security"):
        async with database(house.stack, beside) as tx:
            await tx.sql.execute(
                insert(tables.person).values(id=new_id(), committee=here, version=1, name="某", phone="1")
            )


async def test_evidence_cannot_be_deleted(house: House) -> None:
    committee = "341202"
    (member,) = await some_members(house, committee, 1)
    await take(house.stack, "once", submitted(committee, member.person_id))
    with pytest.raises(asyncpg.PostgresError, match="kept for ever"):
        async with database(house.stack, committee) as tx:
            await tx.raw.execute("delete from duty_fact where member_id = $1", member.member_id)


def submitted(committee: str, *authors: UUID, again: bool = False) -> Letter:
    """A submission as it comes from the broker."""
    proposal = new_id()
    return letter(
        committee,
        proposal,
        1,
        ProposalSubmitted(
            proposal_id=proposal,
            kind=ProposalKind.JOINT if len(authors) > 1 else ProposalKind.INDIVIDUAL,
            category=Category.SOCIETY,
            title="易涝点整治",
            first_proposer=authors[0],
            co_proposers=authors[1:],
            again=again,
        ),
    )


def filed(committee: str, proposal: UUID, *authors: UUID, kind: ProposalKind) -> Letter:
    """A filing as it comes from the broker."""
    stated = ProposalFiled(
        proposal_id=proposal,
        number="八届二次第0012号",
        term=8,
        session=2,
        serial=12,
        kind=kind,
        category=Category.SOCIETY,
        title="易涝点整治",
        suggestions=("一",),
        facts="",
        analysis="",
        first_proposer=authors[0],
        co_proposers=authors[1:],
    )
    return letter(committee, proposal, 1, stated)


def letter(committee: str, aggregate: UUID, version: int, stated: Event) -> Letter:
    envelope = Envelope(
        id=new_id(),
        type=stated.type_name(),
        source="proposals",
        time=datetime(2026, 3, 8, 17, tzinfo=UTC),
        committee=committee,
        actor=str(new_id()),
        aggregate=aggregate,
        version=version,
        correlation_id=new_id(),
        causation_id=new_id(),
    )
    return Letter(
        subject=stated.subject(committee),
        headers=envelope.headers(),
        payload=stated.model_dump_json().encode(),
        stream_sequence=1,
    )


async def take(stack: Stack, consumer: str, *letters: Letter) -> None:
    """Hand letters to the service's reactions, as a consumer of its own that has seen nothing yet."""
    opened = Database(stack.database_url("members", "worker"), pool_size=1)
    try:
        inbox = Inbox(
            "members",
            f"test:{consumer}",
            SERVICE.reactions,
            database=opened,
            tools=tools(stack),
            epoch=1,
        )
        outcome = await inbox.take(letters)
        assert (outcome.applied, outcome.dead) == (len(letters), 0)
    finally:
        await opened.close()


async def facts(house: House, committee: str) -> list[Any]:
    async with database(house.stack, committee) as tx:
        found: list[Any] = await tx.raw.fetch(
            "select * from duty_fact where committee = $1 order by position", committee
        )
    return found


async def test_every_author_who_is_a_member_is_credited_once_whatever_comes_again(house: House) -> None:
    committee = "341203"
    first, joint = await some_members(house, committee, 2)
    joint_proposal = filed(
        committee, new_id(), first.person_id, new_id(), joint.person_id, kind=ProposalKind.JOINT
    )
    await take(house.stack, "a", joint_proposal)
    await take(house.stack, "b", joint_proposal)
    rows = await facts(house, committee)
    assert [(row["member_id"], row["share_role"], row["position"], row["authors"]) for row in rows] == [
        (first.member_id, "first", 1, 3),
        (joint.member_id, "joint", 3, 3),
    ]
    assert {row["evidence"] for row in rows} == {"八届二次第0012号《易涝点整治》"}
    assert {str(row["on_day"]) for row in rows} == {"2026-03-09"}, "the day in Asia/Shanghai"


async def test_a_second_submission_does_not_count_again(house: House) -> None:
    committee = "341204"
    (member,) = await some_members(house, committee, 1)
    await take(house.stack, "again", submitted(committee, member.person_id, again=True))
    assert await facts(house, committee) == []
    await take(house.stack, "first", submitted(committee, member.person_id))
    assert [row["share_role"] for row in await facts(house, committee)] == ["sole"]


async def test_a_person_of_another_committee_gets_nothing_here(house: House) -> None:
    here, beside = "341205", "341206"
    (member,) = await some_members(house, here, 1)
    (stranger,) = await some_members(house, beside, 1)
    await take(
        house.stack,
        "mixed",
        submitted(here, stranger.person_id),
        submitted(beside, member.person_id),
        submitted(here, member.person_id),
    )
    assert [row["member_id"] for row in await facts(house, here)] == [member.member_id]
    assert await facts(house, beside) == []


async def test_an_import_costs_as_many_statements_for_300_rows_as_for_30(house: House) -> None:
    costs = []
    for committee, count in [("341207", 30), ("341208", 300)]:
        grid = read_roster_file("名册.xlsx", as_xlsx(roster_rows(committee, count)))
        command = ImportRoster(committee=committee, report_id=new_id(), file="0" * 64, filename="名册.xlsx")
        async with database(house.stack, committee) as tx:
            async with counted(tx) as sent:
                work = work_in(tx, house.stack, committee)
                answer = await import_roster(command, work, grid)
                await work.flush()
            assert answer.added == count
            costs.append(len(sent))
    assert costs[0] == costs[1], costs
    assert 6 <= costs[0] <= 10


async def test_a_page_of_the_roster_costs_three_statements(house: House) -> None:
    committee = "341209"
    await adopt(house, committee)
    await some_members(house, committee, 50)
    costs = []
    for limit in (5, 50):
        async with database(house.stack, committee) as tx, counted(tx) as sent:
            await roster(Roster(committee=committee, limit=limit), work_in(tx, house.stack, committee))
        costs.append(len(sent))
    assert costs == [3, 3]
