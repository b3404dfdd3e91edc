"""Backup and restore without services: what is in a backup, what is refused, and what a restored database is marked with.

The whole, under load and with everybody ahead, is F20 in tests/faults/test_restored.py.
"""

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from typer.testing import CliRunner

from chassis import outbox
from chassis.database import Database
from chassis.files import ObjectStoreFiles
from chassis.ids import new_id
from chassis.restored import NotReconciledError, floors, refuse_unreconciled
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.recovery import health
from infra.recovery.backup import back_up
from infra.recovery.manifest import read_manifest
from infra.recovery.reconcile import differences, mend_all, open_marks, settle
from infra.recovery.replay import hand_out, plan_handing_out, plan_sending_again, send_again
from infra.recovery.restore import restore
from tests.conftest import bare_servers
from tests.house import COUNTY
from tongxin.main import app
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.members.events import UnitRegistered
from tongxin_contracts.subjects import SERVICES

STREAM = "EVT_MEMBERS"
CONTENT = b"an upload no command has taken yet"


def quiet(_line: str) -> None:
    """What an operator would be told."""


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """Servers whose databases nobody else uses."""
    with bare_servers() as started:
        yield started


@asynccontextmanager
async def admin(stack: Stack, service: str = "members") -> AsyncIterator[Any]:
    """A service's database as the superuser."""
    connection = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service}")
    try:
        yield connection
    finally:
        await connection.close()


async def register(stack: Stack, unit: UUID, version: int, name: str) -> UUID:
    """One unit's row and event as members writes them, and the event on the bus as its relay puts it there."""
    event = UnitRegistered(unit_id=unit, name=name, short_name=name, active=True)
    id_ = new_id()
    envelope = Envelope(
        id=id_, type=event.type_name(), source="members", time=datetime.now(UTC), committee=COUNTY,
        actor="system:test", aggregate=unit, version=version, correlation_id=id_, causation_id=id_,
    )  # fmt: skip
    message = outbox.Outgoing(
        envelope=envelope,
        stream=STREAM,
        subject=event.subject(COUNTY),
        payload=event.model_dump_json().encode(),
    )
    database = Database(stack.admin_url.rsplit("/", 1)[0] + "/members", pool_size=1)
    async with database.transaction() as tx:
        await outbox.write(tx, [message])
        await tx.raw.execute(
            "insert into unit (id, committee, version, name, short_name, active) values ($1, $2, $3, $4, $4, true)"
            " on conflict (id) do update set version = excluded.version, name = excluded.name",
            unit, COUNTY, version, name,
        )  # fmt: skip
        await tx.raw.execute("update outbox set published_at = now() where message_id = $1", id_)
    await database.close()
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        headers = envelope.headers() | {"Nats-Msg-Id": str(id_)}
        await client.jetstream().publish(message.subject, message.payload, headers=headers)
    return id_


async def test_a_database_goes_back_is_compared_and_goes_on_above(own: Stack) -> None:
    known, new = uuid4(), uuid4()
    await register(own, known, 1, "住建局")
    async with bus(own.nats_url, own.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        digest = (await ObjectStoreFiles(client.jetstream()).put(CONTENT)).digest
    backup = await asyncio.to_thread(back_up, own, own.data / "backup", say=quiet)
    renamed = await register(own, known, 2, "住房和城乡建设局")
    began = await register(own, new, 1, "水利局")
    assert await differences(own) == []

    (one,) = await asyncio.to_thread(restore, own, backup.folder, ("members",), say=quiet)
    assert (one.service, one.epoch) == ("members", 2)
    async with admin(own) as members:
        with pytest.raises(NotReconciledError, match="tongxin reconcile --service members --mend"):
            await refuse_unreconciled(members, "members")
    assert (await health.look_at_restores(own)).unreconciled == ["members"]
    assert (await health.look_at_restores(own)).overtaken == ["members"]

    (found,) = await differences(own, "members")
    undone = {ahead.aggregate: [event.id for event in ahead.undone] for ahead in found.ahead}
    assert undone == {known: [renamed], new: [began]}
    await mend_all(own, [found])
    async with admin(own) as members:
        await refuse_unreconciled(members, "members")
        waiting = await members.fetch(
            "select aggregate, version, headers::json ->> 'ce-type' as type, convert_from(payload, 'UTF8') as said"
            " from outbox where published_at is null order by id"
        )
        assert dict(await floors(members)) == {known: 4, new: 2}
        assert await members.fetchval("select version from unit where id = $1", known) == 4
        lines = await members.fetch("select action from history where aggregate = $1", known)
        assert [line["action"] for line in lines] == ["restored"], "its history says that it went back"
    stated = [(row["aggregate"], row["version"], row["type"].split(".")[2]) for row in waiting]
    assert sorted(stated) == sorted(
        [(known, 3, "aggregate_restored"), (known, 4, "unit_registered"), (new, 2, "aggregate_restored")]
    )
    assert any("住建局" in row["said"] and row["version"] == 4 for row in waiting), (
        "a snapshot of what was kept"
    )

    marks = {mark.aggregate for mark in await open_marks(own)}
    assert marks == {str(known), str(new)}
    for mark in marks:
        assert await settle(own, "members", mark)
    assert await open_marks(own) == []
    assert (await health.look_at_restores(own)).marked == {}

    async with bus(own.nats_url, own.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        assert await ObjectStoreFiles(client.jetstream()).get(digest) == CONTENT
    async with admin(own, "postgres") as server:
        names = {row[0] for row in await server.fetch("select datname from pg_database")}
    assert one.kept_as in names, "what was replaced is kept"


async def test_a_backup_is_private_whole_and_checked_before_anything_is_touched(own: Stack) -> None:
    backup = await asyncio.to_thread(back_up, own, own.data / "checked", say=quiet)
    files = [path for path in backup.folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    found = read_manifest(backup.folder)
    assert {database.service for database in found.databases} == set(SERVICES)
    assert found.with_keys
    with pytest.raises(StackError, match="已经存在"):
        await asyncio.to_thread(back_up, own, backup.folder, say=quiet)
    (backup.folder / "databases" / "notify.dump").write_bytes(b"half")
    before = await database_of(own, "notify")
    with pytest.raises(StackError, match=r"databases/notify\.dump"):
        await asyncio.to_thread(restore, own, backup.folder, ("members",), say=quiet)
    assert await database_of(own, "notify") == before

    without = await asyncio.to_thread(back_up, own, own.data / "without", keys=False, say=quiet)
    assert not list(without.folder.glob("keys")), "keys can be kept apart"


async def test_a_service_that_runs_is_not_restored_under_its_feet(own: Stack) -> None:
    backup = await asyncio.to_thread(back_up, own, own.data / "running", keys=False, say=quiet)
    connection = await asyncpg.connect(own.database_url("notify", "app"))
    try:
        with pytest.raises(StackError, match="notify 还在运行"):
            await asyncio.to_thread(restore, own, backup.folder, ("notify",), say=quiet)
    finally:
        await connection.close()


async def test_a_lost_message_is_found_and_sent_again(own: Stack) -> None:
    id_ = await register(own, uuid4(), 1, "教育局")
    async with bus(own.nats_url, own.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        jetstream = client.jetstream()
        last = (await jetstream.stream_info(STREAM)).state.last_seq
        await jetstream.delete_msg(STREAM, last)
    (found,) = [one for one in await differences(own) if one.service == "members"]
    async with admin(own) as members:
        row = await members.fetchval("select id from outbox where message_id = $1", id_)
        assert found.unsent == {STREAM: [row]}
        await mend_all(own, [found])
        assert await members.fetchval("select published_at is null from outbox where message_id = $1", id_)


async def test_a_replay_says_what_it_would_do_and_does_it(own: Stack) -> None:
    began = datetime.now(UTC)
    await asyncio.gather(*(register(own, uuid4(), 1, f"第 {n} 局") for n in range(3)))
    plan = await plan_handing_out(own, "proposals", STREAM, began)
    assert plan.messages == 3
    with pytest.raises(StackError, match="不读取"):
        await plan_handing_out(own, "members", STREAM, began)
    async with bus(own.nats_url, own.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        reader = await client.jetstream().pull_subscribe_bind(consumer="proposals", stream=STREAM)
        for message in await reader.fetch(100, timeout=2):
            await message.ack_sync()
        await hand_out(own, "proposals", plan)
        assert len(await reader.fetch(100, timeout=2)) == 3
    async with admin(own) as members:
        await members.execute(
            "update outbox set published_at = now() - interval '1 hour' where created_at >= $1", began
        )
        again = await plan_sending_again(own, "members", STREAM, began - timedelta(hours=2))
        assert again.messages >= 3
        await send_again(own, "members", STREAM, began - timedelta(hours=2))
        waiting = await members.fetchval(
            "select count(*) from outbox where published_at is null and created_at >= $1", began
        )
    assert waiting == 3


async def test_who_lacks_what_no_stream_has_any_more_is_named_with_the_command(
    own: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mend_all(own, [one for one in await differences(own) if one.is_mendable])
    unit = uuid4()
    await register(own, unit, 1, "档案局")
    assert [one.unseeded for one in await differences(own, "notify")] in ([], [[]]), "the stream still has it"
    async with (
        bus(own.nats_url, own.keys.seed(OPERATOR_USER), OPERATOR_USER) as client,
        admin(own) as members,
    ):
        last = (await client.jetstream().stream_info(STREAM)).state.last_seq
        await client.jetstream().delete_msg(STREAM, last)
        await members.execute("delete from outbox where aggregate = $1", unit)
    monkeypatch.setenv("TONGXIN_DATA", str(own.data))
    said = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", "--service", "notify"])
    assert "notify：不知道 members 的 1 个对象，消息流与发件箱中已没有它们的事件" in said.output
    assert "请运行：tongxin reconcile seed notify\n" in said.output
    assert said.exit_code == 1
    mended = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", "--service", "notify", "--mend"])
    assert "请运行：tongxin reconcile seed notify\n" in mended.output, "mending does not do it"
    assert mended.exit_code == 1
    seeded = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", "seed", "notify"])
    assert seeded.exit_code == 0, seeded.output
    assert [one.unseeded for one in await differences(own, "notify")] in ([], [[]])
    whole = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile"])
    assert "tongxin reconcile seed notify" not in whole.output
    for follower in {name for name, streams in own.follows.items() if STREAM in streams} - {"notify"}:
        assert f"tongxin reconcile seed {follower}" in whole.output, "the others lack it still"


async def database_of(stack: Stack, service: str) -> int:
    """The database's own number, which a restore changes."""
    async with admin(stack, "postgres") as server:
        found: int = await server.fetchval("select oid from pg_database where datname = $1", service)
    return found


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="不是一份备份"):
        read_manifest(tmp_path)
