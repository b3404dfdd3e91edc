"""The second wall: row-level security with every check of the code switched off.

Everything here connects with the rights of a service itself and speaks SQL. Tables are found in the databases' own
catalogues, so a new table is behind a wall, or on the list below with its reason, or a test fails. Nothing is kept:
each test rolls back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import pytest

from chassis.database import Database
from chassis.problems import Unavailable
from infra.local.ports import free_port
from infra.local.problems import StartFailedError
from infra.local.stack import Stack
from infra.postgres.roles import RoleKind
from infra.postgres.urls import with_database
from tests.row_maker import columns_of, insert_row, own_parents
from tongxin_contracts.subjects import OWNERS, SERVICES

HERE, THERE = "370200", "370221"

OPEN_EVERYWHERE: Final = {
    "restored": "what went back with a database: the worker reads it at its start, the operator writes it, the app has no right on it",
    "outbox": "the relay sends for all committees; the app may insert, and see nothing but whether it went out",
    "held": "the inbox drains for all committees; the app has no right on it at all",
}
OPEN: Final[dict[str, dict[str, str]]] = dict.fromkeys(SERVICES, OPEN_EVERYWHERE) | {
    "notify": OPEN_EVERYWHERE
    | {"known_committee": "workers pass over all committees; a row is a committee's code and nothing else"},
    "portal": OPEN_EVERYWHERE
    | {
        "membership": "signing in asks which committees somebody belongs to, before they act in one",
        "session": "the committee somebody acts in; the session is looked up by its cookie's digest",
        "former_member": "read with the membership it takes the role from, when somebody signs in",
    },
}
"""Tables with a committee column and no wall, each with its reason."""

WALLED_FOR_THE_APP: Final = {
    "deadline": "the sweeper passes over all committees; a row says when, never what: no text, no person",
}
"""Tables whose wall lets the worker through, each with its reason."""

WITHOUT_COMMITTEE: Final = {
    "command_log": "belongs to an actor and a command id",
    "gate": "the inbox's own, for all committees; the app has no right on it",
    "epoch": "one row for the database",
    "alembic_version": "one row for the database",
}
"""Tables of the four owners that need no committee."""

Connection = Any


@asynccontextmanager
async def connected(stack: Stack, service: str, kind: RoleKind = "app") -> AsyncIterator[Connection]:
    """A transaction with a role's rights that is rolled back at the end."""
    async with connected_by(stack.database_url(service, kind)) as connection:
        yield connection


@asynccontextmanager
async def connected_by(url: str) -> AsyncIterator[Connection]:
    """The same with anybody's rights."""
    connection: Connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


def superuser_url(stack: Stack, service: str) -> str:
    """What nobody should ever put into a service's settings."""
    return with_database(stack.admin_url, service)


async def act_for(connection: Connection, *committees: str) -> None:
    """What the chassis says first in every transaction."""
    await connection.execute("select set_config('app.committees', $1, true)", ",".join(committees))


async def tables(connection: Connection) -> dict[str, bool]:
    """Tables with a committee column, and whether each is behind a wall."""
    rows = await connection.fetch(
        "select c.relname, c.relrowsecurity and c.relforcerowsecurity as walled from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attname = 'committee' and not a.attisdropped"
        " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by c.relname"
    )
    return {row["relname"]: row["walled"] for row in rows}


async def walled(connection: Connection, kind: RoleKind = "app") -> list[str]:
    """The tables that are behind the wall for this role; there are always some."""
    through = set(WALLED_FOR_THE_APP) if kind == "worker" else set()
    found = [
        table for table, is_walled in (await tables(connection)).items() if is_walled and table not in through
    ]
    assert {"history", "task", "disclosure"} <= set(found)
    return found


async def may(connection: Connection, table: str, right: str) -> bool:
    """Whether this role has a right on a table at all."""
    return bool(await connection.fetchval("select has_table_privilege($1, $2)", f"public.{table}", right))


async def refused(connection: Connection, statement: str, *values: Any) -> str:
    """The database's words when it refuses a statement, which leaves the transaction as it was; empty if it does not."""
    try:
        async with connection.transaction():
            await connection.execute(statement, *values)
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error)
    return ""


async def refuses_row(connection: Connection, table: str, committee: str) -> bool:
    """Whether the wall refuses a new row of this committee, before anything else about the row is looked at."""
    columns = await columns_of(connection, table)
    try:
        async with connection.transaction():
            await insert_row(connection, table, columns, committee, {})
    except asyncpg.InsufficientPrivilegeError as error:
        return "row-level security" in str(error)
    except asyncpg.ForeignKeyViolationError:
        return False
    return False


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_with_a_committee_is_behind_a_wall_or_has_a_reason(
    stack: Stack, service: str
) -> None:
    async with connected(stack, service) as connection:
        found = await tables(connection)
    without = {table for table, is_walled in found.items() if not is_walled}
    assert without == set(OPEN[service])


@pytest.mark.parametrize("service", OWNERS)
async def test_every_table_of_an_owner_has_a_committee(stack: Stack, service: str) -> None:
    async with connected(stack, service) as connection:
        every = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        assert {row["tablename"] for row in every} - set(await tables(connection)) == set(WITHOUT_COMMITTEE)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_wall_has_one_gate(stack: Stack, service: str) -> None:
    """A second policy would open what the first one closes: permissive policies are joined by OR."""
    async with connected(stack, service) as connection:
        policies = await connection.fetch("select tablename, roles, cmd, qual, with_check from pg_policies")
        through = [row for row in policies if list(row["roles"]) == [f"{service}_worker"]]
        others = [row for row in policies if row not in through]
        assert sorted(row["tablename"] for row in others) == sorted(await walled(connection))
    assert {row["tablename"] for row in through} == set(WALLED_FOR_THE_APP)
    assert {(row["cmd"], row["qual"] == row["with_check"]) for row in policies} == {("ALL", True)}
    assert {row["qual"] for row in through} == {"true"}
    assert len({row["qual"] for row in others}) == 1, "and it is the same everywhere"


@pytest.mark.parametrize("kind", ["app", "worker"])
@pytest.mark.parametrize("service", SERVICES)
async def test_rows_of_another_committee_are_not_there(stack: Stack, service: str, kind: RoleKind) -> None:
    async with connected(stack, service, kind) as connection:
        for table in await walled(connection, kind):
            columns = await columns_of(connection, table)
            await act_for(connection, THERE)
            await insert_row(connection, table, columns, THERE, await own_parents(connection, columns, THERE))
            if not await may(connection, table, "select"):
                assert "permission denied" in await refused(connection, f"select from {table}")
                continue
            assert await visible(connection, table, THERE) >= 1, f"{table}: one's own"
            await act_for(connection, HERE)
            assert await visible(connection, table, THERE) == 0, f"{table}: another's"
            await act_for(connection, HERE, THERE)
            assert await visible(connection, table, THERE) >= 1, f"{table}: both"
            await act_for(connection)
            assert await visible(connection, table) == 0, f"{table}: nobody's"


async def visible(connection: Connection, table: str, committee: str | None = None) -> int:
    """How many rows there are for this transaction."""
    where = f" where committee = '{committee}'" if committee else ""
    found: int = await connection.fetchval(f"select count(*) from {table}{where}")
    return found


@pytest.mark.parametrize("kind", ["app", "worker"])
@pytest.mark.parametrize("service", SERVICES)
async def test_rows_of_another_committee_are_not_made_changed_or_taken(
    stack: Stack, service: str, kind: RoleKind
) -> None:
    async with connected(stack, service, kind) as connection:
        for table in await walled(connection, kind):
            columns = await columns_of(connection, table)
            for committee in (THERE, HERE):
                await act_for(connection, committee)
                parents = await own_parents(connection, columns, committee)
                await insert_row(connection, table, columns, committee, parents)
            assert await refuses_row(connection, table, THERE), f"{table}: made for another"
            if await may(connection, table, "update"):
                await cannot_change(connection, table)
            if await may(connection, table, "delete"):
                status = await connection.execute(f"delete from {table} where committee = '{THERE}'")
                assert status == "DELETE 0", table
            await act_for(connection)
            assert await refuses_row(connection, table, HERE), f"{table}: made for nobody"


async def cannot_change(connection: Connection, table: str) -> None:
    """Neither another's rows, nor one's own into another's."""
    status = await connection.execute(f"update {table} set committee = committee where committee = '{THERE}'")
    assert status == "UPDATE 0", table
    given_away = await refused(connection, f"update {table} set committee = '{THERE}'")
    assert "row-level security" in given_away, f"{table}: given away"
    everything = await connection.execute(f"update {table} set committee = '{HERE}'")
    assert everything == f"UPDATE {await visible(connection, table, HERE)}", f"{table}: taken"


@pytest.mark.parametrize("kind", ["app", "worker", "owner"])
@pytest.mark.parametrize("service", SERVICES)
async def test_who_says_nothing_sees_nothing(stack: Stack, service: str, kind: RoleKind) -> None:
    """The setting was never made at all, and the rows are there: the superuser put them there and sees them."""
    async with connected_by(superuser_url(stack, service)) as connection:
        every = await walled(connection, kind)
        for table in every:
            columns = await columns_of(connection, table)
            await insert_row(connection, table, columns, HERE, await own_parents(connection, columns, HERE))
            assert await visible(connection, table, HERE) >= 1
        await connection.execute(f"set local role {service}_{kind}")
        for table in every:
            if await may(connection, table, "select"):
                assert await visible(connection, table) == 0, table


@pytest.mark.parametrize("service", SERVICES)
async def test_no_role_of_a_service_opens_the_wall(stack: Stack, service: str) -> None:
    for kind in ("app", "worker"):
        async with connected(stack, service, kind) as connection:
            for attempt in (
                "alter table history disable row level security",
                "alter table history no force row level security",
                "drop policy own_committees on history",
                "create policy all_of_it on history using (true)",
                f"alter role {service}_{kind} bypassrls",
                f"set role {service}_owner",
                "set role postgres",
                "set session authorization postgres",
                "create function public.all_of_it() returns void language sql security definer as ''",
            ):
                assert await refused(connection, attempt), attempt
            # Switching the setting off turns a hidden row into an error, it does not show it.
            await connection.execute("set local row_security = off")
            assert "row-level security" in await refused(connection, "select * from task")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_reads_no_outbox_and_changes_no_history(stack: Stack, service: str) -> None:
    async with connected(stack, service) as connection:
        await act_for(connection, HERE)
        for column in ("payload", "headers", "subject", "committee", "aggregate", "*"):
            assert "permission denied" in await refused(connection, f"select {column} from outbox"), column
        assert not await refused(connection, "select message_id, published_at from outbox")
        for statement in (
            "update outbox set payload = ''",
            "update outbox set published_at = now()",
            "delete from outbox",
            "update history set actor = 'x'",
            "delete from history",
            "truncate history",
            "select * from held",
            "delete from gate",
            "select * from disclosure",
            "delete from disclosure",
            "update epoch set epoch = 2",
            "delete from deadline",
        ):
            assert "permission denied" in await refused(connection, statement), statement


@pytest.mark.parametrize("service", SERVICES)
async def test_the_worker_changes_no_history_either(stack: Stack, service: str) -> None:
    async with connected(stack, service, "worker") as connection:
        await act_for(connection, HERE)
        for table in ("history", "disclosure"):
            for statement in (f"update {table} set actor = 'x'", f"delete from {table}", f"truncate {table}"):
                assert "permission denied" in await refused(connection, statement), statement


async def test_a_role_that_no_wall_binds_is_refused(stack: Stack) -> None:
    for url, bound in (
        (stack.database_url("members", "app"), True),
        (superuser_url(stack, "members"), False),
    ):
        database = Database(url, pool_size=1)
        try:
            if bound:
                await database.refuse_unbound_role()
            else:
                with pytest.raises(Unavailable, match="row-level security"):
                    await database.refuse_unbound_role()
        finally:
            await database.close()


@pytest.mark.parametrize("setting", ["TONGXIN_DATABASE_URL", "TONGXIN_DATABASE_WORKER_URL"])
def test_a_service_does_not_start_as_superuser(stack: Stack, setting: str) -> None:
    settings = {
        setting: superuser_url(stack, "consultation"),
        "TONGXIN_HEALTH_PORT": str(free_port()),
    }
    with pytest.raises(StartFailedError, match="not bound by row-level security"):
        stack.start_service("consultation", settings).stop()
