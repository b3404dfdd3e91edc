"""Roles and databases on a real server, and where an embedded server lives when it may not be root."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from infra.local import postgres
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.postgres.roles import ROLE_KINDS, RoleKind
from infra.postgres.urls import with_database, with_role
from tongxin_contracts.subjects import SERVICES

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its database to another user")


async def _ask(url: str, query: str) -> Any:
    connection: Any = await asyncpg.connect(url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", ROLE_KINDS)
@pytest.mark.parametrize("service", SERVICES)
async def test_no_role_is_above_the_rules(stack: Stack, service: str, kind: RoleKind) -> None:
    query = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = "
        "current_user"
    )
    (row,) = await _ask(stack.database_url(service, kind), query)
    assert list(row.values()) == [False] * 5


async def test_a_service_cannot_connect_to_anothers_database(stack: Stack) -> None:
    foreign = with_database(stack.database_url("members", "app"), "proposals")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await _ask(foreign, "SELECT 1")


async def test_a_wrong_password_is_refused(stack: Stack) -> None:
    wrong = with_role(stack.admin_url, user="members_app", password="wrong", database="members")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await _ask(wrong, "SELECT 1")


async def test_only_the_owner_makes_tables_and_the_others_use_them(stack: Stack) -> None:
    owner, app = stack.database_url("portal", "owner"), stack.database_url("portal", "app")
    await _ask(owner, "CREATE TABLE tried (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
    try:
        await _ask(app, "INSERT INTO tried (note) VALUES ('䶮𠮷')")
        assert [row["note"] for row in await _ask(app, "SELECT note FROM tried")] == ["䶮𠮷"]
        for forbidden in ("CREATE TABLE mine (id int)", "DROP TABLE tried", "TRUNCATE tried"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await _ask(app, forbidden)
    finally:
        await _ask(owner, "DROP TABLE tried")


async def test_row_level_security_binds_the_app_role(stack: Stack) -> None:
    owner, app = stack.database_url("portal", "owner"), stack.database_url("portal", "app")
    await _ask(owner, "CREATE TABLE walled (committee text)")
    try:
        await _ask(owner, "INSERT INTO walled VALUES ('340921'), ('340922')")
        await _ask(owner, "ALTER TABLE walled ENABLE ROW LEVEL SECURITY")
        await _ask(owner, "ALTER TABLE walled FORCE ROW LEVEL SECURITY")
        await _ask(owner, "CREATE POLICY own ON walled USING (committee = '340921')")
        for role in (owner, app):
            assert [row["committee"] for row in await _ask(role, "SELECT * FROM walled")] == ["340921"]
    finally:
        await _ask(owner, "DROP TABLE walled")


async def test_chinese_sorts_and_trigrams_work_in_every_database(stack: Stack) -> None:
    for service in SERVICES:
        (row,) = await _ask(
            stack.database_url(service, "app"),
            "SELECT datcollate, pg_encoding_to_char(encoding) AS encoding FROM pg_database "
            "WHERE datname = current_database()",
        )
        assert tuple(row.values()) == ("C.UTF-8", "UTF8")


@pytest.mark.parametrize("kind", ROLE_KINDS)
async def test_nothing_waits_for_a_lock_without_end(stack: Stack, kind: RoleKind) -> None:
    (row,) = await _ask(stack.database_url("members", kind), "SHOW lock_timeout")
    assert row["lock_timeout"] in {"3s", "5s"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux syncs a whole file system in one call")
async def test_after_a_crash_the_files_are_synced_in_one_call(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.admin_url)
    assert await connection.fetchval("show recovery_init_sync_method") == "syncfs"
    await connection.close()


def test_making_databases_twice_changes_nothing(stack: Stack) -> None:
    assert stack.make_databases() == []


async def test_it_listens_on_this_machine_alone(stack: Stack) -> None:
    (row,) = await _ask(stack.admin_url, "SHOW listen_addresses")
    assert row["listen_addresses"] == "127.0.0.1"


@as_root
def test_as_root_the_server_is_nobodys_and_its_files_are_closed(stack: Stack) -> None:
    pid = stack.server_pids["postgres"]
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    cluster = stack.data / "postgres" / "cluster"
    assert stat.S_IMODE(cluster.stat().st_mode) == 0o700


@as_root
def test_under_a_closed_home_the_database_moves_out_and_no_folder_is_opened(data_folder: Path) -> None:
    home = data_folder / "home"
    home.mkdir(mode=0o700)
    stack = Stack(home / "clone" / ".data").start()
    moved = Path((stack.data / "postgres.place").read_text())
    try:
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert not moved.is_relative_to(home)
        assert stat.S_IMODE(moved.stat().st_mode) == 0o700
        stack.stop()
        assert stack.start().make_databases() == []
    finally:
        stack.stop()
        for path in sorted(moved.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        moved.rmdir()


@as_root
def test_a_database_that_went_out_of_reach_is_not_replaced_by_an_empty_one(data_folder: Path) -> None:
    home = data_folder / "home"
    home.mkdir(mode=0o755)
    data = home / ".data"
    data.mkdir(mode=0o711)
    data_folder.chmod(0o755)
    kept = postgres.settle(data).cluster
    assert kept.is_relative_to(data)
    home.chmod(0o700)
    with pytest.raises(StackError, match="走不到"):
        postgres.settle(data)
    home.chmod(0o755)
    assert postgres.settle(data).cluster == kept
