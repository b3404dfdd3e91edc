"""Passwords of the database's superuser, of Grafana and of the mail server, as an operator changes them."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from infra.city.folder import CityFolder, write_city
from infra.keys.beside import GRAFANA_COMMAND
from infra.keys.rotation import begin
from infra.local.checkup import check_up
from infra.local.ports import free_port
from infra.local.stack import Stack
from infra.postgres.roles import SUPERUSER
from infra.recovery.health import LONGEST_CHANGE, keys_in_change
from tests.compose import Compose
from tests.conftest import bare_servers
from tongxin.main import app


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """Servers whose passwords nobody else uses."""
    with bare_servers() as started:
        yield started


@pytest.fixture
def city(tmp_path: Path) -> CityFolder:
    """A city's folder; none of its servers run."""
    write_city(tmp_path / "city")
    return CityFolder(tmp_path / "city")


def tongxin(data: Path, *arguments: str, given: str | None = None, **settings: str) -> Result:
    """The command line on a data folder."""
    environment = {"TONGXIN_DATA": str(data), **settings}
    return CliRunner().invoke(app, list(arguments), env=environment, input=given)


def in_a_city(city: CityFolder, *arguments: str, given: str | None = None) -> Result:
    """As in the operator's container."""
    environment = Compose().environment("operator") | {"TONGXIN_DATA": str(city.folder)}
    return CliRunner().invoke(app, list(arguments), env=environment, input=given)


async def opens(address: str) -> bool:
    """Whether the database server lets somebody in."""
    try:
        connection = await asyncpg.connect(address)
    except asyncpg.InvalidPasswordError:
        return False
    await connection.close()
    return True


async def test_the_superusers_password_changes_while_all_runs(own: Stack) -> None:
    old, roles = own.admin_url, own.keys.all_passwords()
    done = await asyncio.to_thread(tongxin, own.data, "keys", "rotate", "postgres")
    assert done.exit_code == 0, done.output
    assert "postgres 的口令已更换，旧的不再有效；服务不使用它，不必重新启动" in done.output
    assert own.admin_url != old
    assert not await opens(old)
    assert await opens(own.admin_url)
    assert {role for role in roles if own.keys.password(role) != roles[role]} == {SUPERUSER}
    assert own.keys.passwords.stat().st_mode & 0o077 == 0


async def test_in_a_city_the_file_of_the_superuser_follows(own: Stack) -> None:
    beside = Stack(
        own.data, nats_url="nats://127.0.0.1:9", database_url=f"postgresql://postgres@127.0.0.1:{own.ports.postgres}/postgres"
    )  # fmt: skip
    passwords = CityFolder(own.data).passwords
    passwords.mkdir(mode=0o700)
    await asyncio.to_thread(begin, beside, "postgres")
    assert (passwords / SUPERUSER).read_text() == own.keys.password(SUPERUSER)
    assert await opens(own.admin_url)


async def test_a_change_that_broke_off_is_settled_by_what_the_server_knows(own: Stack) -> None:
    draft = own.keys.passwords.with_suffix(".new")
    known = own.keys.all_passwords()
    draft.write_text(json.dumps(known | {SUPERUSER: "never-told"}))
    assert keys_in_change(own) == ["database"]
    done = await asyncio.to_thread(tongxin, own.data, "keys", "finish", "database")
    assert "上一次更换没有生效，数据库口令不变" in done.output
    assert own.keys.all_passwords() == known

    connection = await asyncpg.connect(own.admin_url)
    await connection.execute("alter role postgres with password 'told-and-not-kept'")
    await connection.close()
    draft.write_text(json.dumps(known | {SUPERUSER: "told-and-not-kept"}))
    done = await asyncio.to_thread(tongxin, own.data, "keys", "finish", "database")
    assert "上一次更换已经生效，新的数据库口令已写入" in done.output
    assert await opens(own.admin_url)
    assert keys_in_change(own) == []


def test_a_database_that_is_away_is_said_and_nothing_is_forgotten(city: CityFolder) -> None:
    address = f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"
    known = (city.keys / "database.json").read_text()
    done = tongxin(
        city.folder, "keys", "rotate", "postgres", DATABASE_URL=address, TONGXIN_NATS_URL="nats://127.0.0.1:9"
    )
    assert done.exit_code == 1
    assert "数据库没有应答，口令是否已更换不能确定" in done.output
    assert (city.keys / "database.json").read_text() == known
    assert (city.keys / "database.new").exists(), "what may have been told is kept, and doctor names it"


def test_a_superuser_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    done = tongxin(
        tmp_path / "data", "keys", "rotate", "postgres", DATABASE_URL="postgresql://postgres:theirs@127.0.0.1:9/postgres"
    )  # fmt: skip
    assert done.exit_code == 1
    assert "ALTER ROLE" in done.output


def test_grafanas_password_is_written_and_the_command_said(city: CityFolder) -> None:
    file, before = city.password_file("grafana"), city.password_file("grafana.before")
    old, mounted = file.read_text(), file.stat().st_ino
    done = in_a_city(city, "keys", "rotate", "grafana")
    assert done.exit_code == 0, done.output
    assert f"· {GRAFANA_COMMAND}\n" in done.output
    assert file.read_text() != old
    assert file.read_text() not in done.output, "a password is never shown"
    assert file.stat().st_ino == mounted, "the container that has it mounted reads the new one"
    assert before.read_text() == old, "until the command is run, this one opens"
    in_a_city(city, "keys", "rotate", "grafana")
    assert before.read_text() == old, "begun twice: Grafana still has the first"
    assert {one.stat().st_mode & 0o077 for one in (file, before)} == {0}
    done = in_a_city(city, "keys", "finish", "grafana")
    assert "保留的 Grafana 旧口令已删除" in done.output
    assert not before.exists()


def test_the_command_for_grafana_fits_the_compose_file() -> None:
    grafana = Compose().services["grafana"]
    assert "grafana" in grafana["secrets"]
    assert "docker compose exec -T grafana " in GRAFANA_COMMAND
    assert grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"] in GRAFANA_COMMAND


def test_doctor_names_a_change_that_was_forgotten(city: CityFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in Compose().environment("operator").items():
        monkeypatch.setenv(name, value)
    stack = Stack(
        city.folder, nats_url="nats://127.0.0.1:9", database_url="postgresql://postgres@127.0.0.1:9/postgres"
    )
    in_a_city(city, "keys", "rotate", "grafana")
    assert keys_in_change(stack) == [], "only just begun"
    before = city.password_file("grafana.before")
    long_ago = before.stat().st_mtime - LONGEST_CHANGE.total_seconds() - 60
    os.utime(before, (long_ago, long_ago))
    (found,) = [finding for finding in check_up(stack) if finding.what == "更换密钥"]
    assert (found.well, found.said) == (False, "开始了而没有结束：grafana")
    assert found.mend == "tongxin keys finish grafana"


def test_the_mail_password_is_taken_from_standard_input_and_never_shown(city: CityFolder) -> None:
    file = city.password_file("smtp")
    mounted = file.stat().st_ino
    done = in_a_city(city, "keys", "rotate", "mail", given="new-at-the-provider\n")
    assert done.exit_code == 0, done.output
    assert "不必重新启动" in done.output
    assert "new-at-the-provider" not in done.output
    assert file.read_text() == "new-at-the-provider"
    assert file.stat().st_ino == mounted, "the containers that have it mounted read the new one"
    assert file.stat().st_mode & 0o077 == 0
    done = in_a_city(city, "keys", "rotate", "mail", given="shorter\n")
    assert file.read_text() == "shorter", "nothing of the longer one is left"
    refused = in_a_city(city, "keys", "rotate", "mail", given="\n")
    assert refused.exit_code == 1
    assert file.read_text() == "shorter"


def test_what_is_not_here_is_said(tmp_path: Path) -> None:
    said = {
        kind: tongxin(tmp_path / "data", "keys", "rotate", kind, given="x\n")
        for kind in ("routes", "grafana", "mail")
    }
    assert {one.exit_code for one in said.values()} == {1}
    assert "只有一个节点" in said["routes"].output
    assert "这里没有 Grafana" in said["grafana"].output
    assert "TONGXIN_SMTP_PASSWORD_FILE" in said["mail"].output
    own = tmp_path / "own-mail-server"
    own.write_text("old")
    done = tongxin(
        tmp_path / "data", "keys", "rotate", "mail", given="fresh\n", TONGXIN_SMTP_PASSWORD_FILE=str(own)
    )
    assert done.exit_code == 0, done.output
    assert own.read_text() == "fresh"
