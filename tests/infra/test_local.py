"""The stack on one machine: configuration, keys, ports, one stack a folder, what a service is told."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from infra.local import nats
from infra.local.environment import for_service
from infra.local.keys import BUS_USERS, ensure_keys
from infra.local.ports import LOOPBACK, free_ports, require_all_free
from infra.local.problems import AlreadyRunningError, PortTakenError, StackError
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tongxin_contracts.subjects import SERVICES


def _mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))[2:]


def test_the_servers_configuration_holds_no_secret_and_writes_to_disk_at_once(stack: Stack) -> None:
    config = (stack.data / "nats" / "server.conf").read_text()
    assert "sync_interval: always" in config
    assert "password" not in config
    for user in BUS_USERS:
        assert stack.keys.seed(user).read_text() not in config


def test_a_configuration_the_server_refuses_leaves_the_old_one(stack: Stack, data_folder: Path) -> None:
    from infra.nats.config import ServerConfig
    from infra.nats.follows import FOLLOWS

    path = data_folder / "server.conf"
    path.write_text("old")
    broken = ServerConfig(
        server_name="x",
        port=stack.ports.nats,
        monitor_port=stack.ports.nats_monitor,
        store=data_folder / "store",
        pid_file=data_folder / "pid",
        user_keys=dict.fromkeys(stack.keys.public_nkeys(), "NOT-A-KEY"),
        follows=FOLLOWS,
    )
    with pytest.raises(StackError, match="nats-server"):
        nats.write_config(path, broken, nats.find_nats_server())
    assert path.read_text() == "old"


def test_a_server_that_is_too_old_is_refused(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = data_folder / "nats-server"
    old.write_text("#!/bin/sh\necho nats-server: v2.9.10\n")
    old.chmod(0o755)
    monkeypatch.setenv("NATS_SERVER_BIN", str(old))
    with pytest.raises(StackError, match=r"2\.9\.10"):
        nats.find_nats_server()


def test_keys_are_private_made_once_and_tightened(data_folder: Path) -> None:
    keys = ensure_keys(data_folder / "keys")
    before = {path.name: path.read_bytes() for path in keys.folder.iterdir()}
    (keys.folder / "sealing.key").chmod(0o644)
    keys.folder.chmod(0o755)
    again = ensure_keys(keys.folder)
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before
    assert _mode(keys.folder) == "700"
    assert {_mode(path) for path in keys.folder.iterdir()} == {"600"}


def test_nothing_private_in_the_data_folder_can_be_read_by_others(stack: Stack) -> None:
    open_folders = {
        path.name for path in stack.data.iterdir() if path.is_dir() and path.stat().st_mode & 0o077
    }
    assert open_folders == set()
    loose = {path.name for path in stack.data.iterdir() if path.is_file() and path.stat().st_mode & 0o077}
    assert loose == set()


def test_only_the_portal_can_sign(stack: Stack) -> None:
    for service in SERVICES:
        told = for_service(stack, service)
        assert ("TONGXIN_TOKEN_PRIVATE_KEY_FILE" in told) == (service == "portal")
        assert told["TONGXIN_NATS_SEED_FILE"].endswith(f"/{service}.nk")
        assert f"{service}_app" in told["TONGXIN_DATABASE_URL"]
        assert not any(
            "_owner:" in value or "postgres:" in value.partition("@")[0] for value in told.values()
        )
    assert set(json.loads(for_service(stack, "portal")["TONGXIN_SERVICE_HEALTH"])) == set(SERVICES)


def test_a_taken_port_is_said_with_the_setting_that_moves_it() -> None:
    ports = free_ports()
    with socket.socket() as other:
        other.bind((LOOPBACK, ports.nats))
        other.listen()
        with pytest.raises(PortTakenError, match="TONGXIN_NATS_PORT") as caught:
            require_all_free(ports, portal_host=LOOPBACK, embedded_postgres=True)
    assert str(ports.nats) in str(caught.value)
    assert "占用" in str(caught.value)


def test_every_port_follows_from_one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_PORT", "9000")
    monkeypatch.setenv("TONGXIN_POSTGRES_PORT", "5433")
    ports = LocalSettings().ports()
    assert (ports.portal, ports.nats, ports.nats_monitor, ports.postgres) == (9000, 9001, 9002, 5433)
    every = [ports.portal, ports.nats, ports.nats_monitor, ports.postgres, *ports.health.values()]
    assert len(set(every)) == len(every)


def test_a_second_stack_on_the_same_folder_is_refused(stack: Stack) -> None:
    with pytest.raises(AlreadyRunningError, match=str(os.getpid())):
        Stack(stack.data).prepare()
    assert stack.holder() == os.getpid()


def test_a_lock_whose_holder_died_is_taken(data_folder: Path) -> None:
    (data_folder / "run").mkdir()
    (data_folder / "run" / "lock").write_text("999999")
    taker = Stack(data_folder)
    assert taker.holder() is None
    taker.prepare()
    try:
        assert taker.holder() == os.getpid()
    finally:
        taker.stop()


def test_another_command_meets_the_stack_as_it_was_started(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGXIN_DATA", str(stack.data))
    monkeypatch.setenv("TONGXIN_PORT", "9000")
    attached = Stack.attached(LocalSettings())
    assert attached.ports == stack.ports
    assert attached.drift() == []


def test_the_stack_survives_its_servers_being_killed(data_folder: Path) -> None:
    stack = Stack(data_folder).start()
    try:
        stack.kill_nats()
        stack.kill_postgres()
        stack.start_nats()
        stack.start_postgres()
        assert stack.make_databases() == []
        assert stack.provision() == []
    finally:
        stack.stop()
