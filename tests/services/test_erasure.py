"""Somebody is erased: nothing of theirs can be found in any database any more, and what must stay has stayed.

What is personal is said on the columns themselves; the tests walk all tables of all services, so a new column is emptied,
or says why it stays, or a test fails.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, cast
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ARRAY, Column, Date, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.clock import SystemClock
from chassis.database import Database
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.personal import Erasure, classed, erase
from chassis.work import Tools, Work
from infra.local.stack import Stack
from infra.postgres.urls import with_database
from tests.row_maker import columns_of, insert_row, own_parents, value_of
from tongxin_contracts.members.erasure import ERASED_NAME, PersonErased
from tongxin_contracts.subjects import SERVICES

HERE: Final = "371402"
MARK: Final = "幼蟹𠮷行"
"""A name nobody else has."""
PHONE: Final = "19988877766"

TABLES: Final = {
    "members": ("tables", "coverage_tables"),
    "proposals": (
        "tables", "review_tables", "handling_tables", "feedback_tables", "evidence_tables", "call_tables",
    ),
    "consultation": ("tables",),
    "notify": ("tables",),
    "portal": ("tables",),
}  # fmt: skip
"""Modules that declare tables; a test below knows when one is missing here."""

ABOUT_PEOPLE: Final = re.compile(
    r"(^|_)(name|phone|mobile|email|mail|address|login|born|gender|party|employer|post|who|whom|brought"
    r"|words|text|note|body|pending|id_number|birth\w*)($|_)"
)
"""Names of columns that sound like a person's; each says what it is."""
HOLDS_TEXT: Final = (Text, LargeBinary, JSONB, Date)


def metadata_of(service: str) -> MetaData:
    for module in TABLES[service]:
        found = import_module(f"services.{service}.{module}").metadata
    assert isinstance(found, MetaData)
    return found


def erasure_of(service: str) -> Erasure:
    found = import_module(f"services.{service}.erasure").ERASURE
    assert isinstance(found, Erasure)
    return found


def columns(service: str) -> list[Column[Any]]:
    return [column for table in metadata_of(service).tables.values() for column in table.columns]


def personal(service: str) -> list[Column[Any]]:
    return [column for column in columns(service) if classed(column) in ("personal", "sensitive")]


def full_name(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_column_that_sounds_like_a_persons_says_what_it_is(service: str) -> None:
    unsaid = [
        full_name(column)
        for column in columns(service)
        if ABOUT_PEOPLE.search(column.name) and _holds_text(column) and classed(column) is None
    ]
    assert unsaid == []
    assert personal(service)


def _holds_text(column: Column[Any]) -> bool:
    kind = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    return isinstance(kind, HOLDS_TEXT)


@pytest.mark.parametrize("service", SERVICES)
def test_every_personal_column_has_an_eraser_or_a_reason(service: str) -> None:
    erasure = erasure_of(service)
    emptied = {full_name(column) for eraser in erasure.erasers for column in eraser.columns}
    kept = {full_name(column) for column in erasure.kept}
    assert {full_name(column) for column in personal(service)} == emptied | kept
    assert all(len(reason) > 20 for reason in erasure.kept.values())


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_takes_the_event_or_states_it(service: str) -> None:
    contents = import_module(f"services.{service}.service").SERVICE
    if service == PersonErased.service:
        assert "members.erase_person" in {handler.request.permission() for handler in contents.handlers}
    else:
        assert PersonErased in contents.reactions


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_of_the_database_is_declared(stack: Stack, service: str) -> None:
    """What no module declares would be seen by none of these tests."""
    chassis = {"outbox", "command_log", "history", "task", "deadline", "gate", "held", "held_unread", "disclosure",
               "epoch", "alembic_version"}  # fmt: skip
    async with superuser(stack, service) as connection:
        rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    found = {row["tablename"] for row in rows} - set(metadata_of(service).tables)
    assert found - chassis <= NOT_OF_PEOPLE, "a new table: declare it, or say here why it holds nobody"


NOT_OF_PEOPLE: Final = {
    "known_committee",  # a committee's code
    "restored",  # aggregates that a restore touched, by id
    "fork",  # the same
    "reminder",  # which work was reminded of when, by ids
}


@asynccontextmanager
async def superuser(stack: Stack, service: str) -> AsyncIterator[Any]:
    """Sees everything; what it does not see is not there."""
    connection = await asyncpg.connect(with_database(stack.admin_url, service))
    try:
        yield connection
    finally:
        await connection.close()


@dataclass(frozen=True, slots=True)
class Planted:
    """What was put into a database about one person."""

    person: UUID
    rows: int


@asynccontextmanager
async def at_work(stack: Stack, service: str) -> AsyncIterator[Work]:
    """A batch's transaction with the rights that erasing has: the app's in members, the worker's elsewhere."""
    kind = "app" if service == "members" else "worker"
    database = Database(stack.database_url(service, cast("Any", kind)), pool_size=1)
    try:
        async with database.transaction([HERE]) as tx:
            yield Work(
                service=cast("Any", service),
                tx=tx,
                tools=cast("Tools", None),
                actor=Actor.system(service, ""),
                committee=HERE,
                now=SystemClock().now(),
                request_id=new_id(),
            )
    finally:
        await database.close()


LINKS: Final = ("person_id", "person", "author", "first_proposer", "proposed_by", "member_id")
"""Columns that say whose a row is."""


async def plant(stack: Stack, service: str, person: UUID) -> Planted:
    """A row of the person in every table that has a personal column, with their name wherever text is personal."""
    made = 0
    async with superuser(stack, service) as connection:
        await connection.execute("select set_config('app.committees', $1, false)", HERE)
        await _scene(connection, service, person)
        for table in metadata_of(service).tables.values():
            theirs = [column for column in table.columns if classed(column) in ("personal", "sensitive")]
            if theirs and table.name not in SCENE[service]:
                await _plant_row(connection, table, theirs, person)
                made += 1
    return Planted(person, made)


async def _plant_row(
    connection: Any, table: Table, theirs: Sequence[Column[Any]], person: UUID, **given: Any
) -> None:
    found = await columns_of(connection, table.name)
    values: dict[str, Any] = {column.name: _marked(column) for column in theirs}
    values |= {name: person for name in LINKS if name in table.columns and name != "member_id"}
    values |= {"member_id": MEMBER} if "member_id" in table.columns else {}
    values |= {name: None for name in ("signed_at",) if name in table.columns}
    values |= given
    parents = await own_parents(connection, [one for one in found if one.name not in values], HERE)
    if "committee" in table.columns:
        await insert_row(connection, table.name, found, HERE, parents | values)
        return
    row = {
        column.name: values[column.name] if column.name in values else value_of(column) for column in found
    }
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    names = ", ".join(row)
    await connection.execute(f"insert into {table.name} ({names}) values ({places})", *row.values())


def _marked(column: Column[Any]) -> Any:
    if isinstance(column.type, ARRAY):
        return [MARK]
    if isinstance(column.type, LargeBinary):
        return MARK.encode()
    if isinstance(column.type, Date):
        return SystemClock().now().date()
    return MARK


MEMBER: Final = UUID("01890000-0000-7000-8000-00000000e4a5")
UNIT_ROW: Final = new_id()
SCENE: Final = {
    "members": {"person", "member", "link_party", "link", "inclusion"},
    "proposals": {"draft", "attachment", "invitation", "talk", "feedback", "commitment", "responsibility"},
    "consultation": set[str](),
    "notify": set[str](),
    "portal": {"account", "person"},
}
"""Tables whose rows hang together and are made by hand."""


async def _scene(connection: Any, service: str, person: UUID) -> None:
    made = metadata_of(service).tables

    async def row(name: str, **given: Any) -> None:
        table = made[name]
        theirs = [column for column in table.columns if classed(column) in ("personal", "sensitive")]
        await _plant_row(connection, table, theirs, person, **given)

    if service == "members":
        await row("person", id=person, phone=PHONE, party=MARK.encode(), erased_at=None)
        await row("member", id=MEMBER, person_id=person)
        await row("link_rule", code="r", from_kind="convener", to_kind="place")
        await row("link_party", kind="convener")
        await row("link", rule="r", giver=MARK, taker="城关镇")
        await row("link_rule", code="back", from_kind="place", to_kind="convener")
        await row("link", rule="back", giver="城关镇", taker=MARK)
        line = f'[{{"rank": 1, "name": "{MARK}", "person_id": "{person}", "guided_by": ["{MARK}", "别人"]}}]'
        await row("inclusion", lines=line)
    if service == "proposals":
        draft, filed, handled = new_id(), new_id(), new_id()
        await row("draft", id=draft, author=person)
        await row("attachment", proposal_id=draft)
        await row("invitation", draft_id=draft)
        await row("proposal", id=filed, first_proposer=person)
        await row("handling", id=handled, proposal_id=filed)
        await row("talk", handling_id=handled)
    if service == "portal":
        await row("account", login=PHONE, closed_at=None)
        await row("person", id=person, erased_at=None)
    if service in ("members", "proposals", "consultation"):
        await _history(connection, service, person)


async def _history(connection: Any, service: str, person: UUID) -> None:
    """An entry that tells their name, on an aggregate that is theirs."""
    aggregate = person
    if service != "members":
        return
    await connection.execute(
        "insert into history (aggregate, sequence, committee, at, actor, action, detail, salt, detail_digest, digest)"
        " values ($1, 1, $2, now(), 'system:test', 'import_roster', $3, 'salt', 'd', 'd')",
        aggregate,
        HERE,
        f'{{"changes": {{"name": [null, "{MARK}"]}}, "reason": null}}',
    )


async def whereabouts(stack: Stack, service: str, *marks: str) -> list[str]:
    """Every place of a whole database in which one of these words stands, as table.column."""
    found = []
    async with superuser(stack, service) as connection:
        places = await connection.fetch(
            "select table_name, column_name, data_type, udt_name from information_schema.columns"
            " where table_schema = 'public'"
        )
        for place in places:
            table, column = place["table_name"], place["column_name"]
            text = f'"{column}"::text'
            if place["data_type"] == "bytea":
                text = f"encode(\"{column}\", 'escape')"
            for mark in marks:
                wanted = _escaped(mark) if place["data_type"] == "bytea" else mark
                there = await connection.fetchval(
                    f'select count(*) from "{table}" where strpos({text}, $1) > 0', wanted
                )
                if there:
                    found.append(f"{table}.{column}")
    return sorted(set(found))


def _escaped(mark: str) -> str:
    """How `encode(…, 'escape')` writes what is not ASCII."""
    return "".join(chr(byte) if byte < 128 else f"\\{byte:03o}" for byte in mark.encode())


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_of_an_erased_person_is_left_in_the_database(stack: Stack, service: str) -> None:
    """Every personal column is filled with their name; afterwards it is nowhere in the database, in no column at all."""
    person = new_id()
    await plant(stack, service, person)
    planted = set(await whereabouts(stack, service, MARK, PHONE))
    kept = {full_name(column) for column in erasure_of(service).kept}
    wanted = {full_name(column) for column in personal(service) if not isinstance(column.type, Date)} - kept
    assert wanted <= planted, "every personal column was filled"
    async with at_work(stack, service) as work:
        await erase(erasure_of(service), [person], work)
    assert set(await whereabouts(stack, service, MARK, PHONE)) <= kept
    async with at_work(stack, service) as work:
        await erase(erasure_of(service), [person], work)


async def test_a_history_is_emptied_only_behind_the_wall(stack: Stack) -> None:
    """The one function that may empty it sees no more than the transaction that calls it."""
    person = new_id()
    async with superuser(stack, "members") as connection:
        await _history(connection, "members", person)

    async def detail() -> str | None:
        async with superuser(stack, "members") as connection:
            found: str | None = await connection.fetchval(
                "select detail from history where aggregate = $1", person
            )
            return found

    database = Database(stack.database_url("members", "app"), pool_size=1)
    try:
        async with database.transaction(["371403"]) as tx:
            await tx.raw.execute("select erase_history($1)", [person])
        assert await detail() is not None
        async with database.transaction([HERE]) as tx:
            await tx.raw.execute("select erase_history($1)", [person])
        assert await detail() is None
    finally:
        await database.close()


@pytest.mark.parametrize("service", [service for service in SERVICES if service != "members"])
async def test_only_who_erases_may_empty_a_history(stack: Stack, service: str) -> None:
    connection = await asyncpg.connect(stack.database_url(service, "app"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("select erase_history($1)", [new_id()])
    finally:
        await connection.close()


def test_the_name_that_stands_there_names_nobody() -> None:
    assert ERASED_NAME == "已删除的人员"
