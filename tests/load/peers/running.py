"""What peers stand on: a plain NATS server of their own, databases beside the house's, and their processes.

The database server is the house's own, so both sides have the same settings; the bus fsyncs as the house's does.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import nats

from infra.local.nats import find_nats_server, greets
from infra.local.ports import LOOPBACK, free_port
from infra.local.stack import Stack
from tests.waiting import until

_CONFIG = """
host: {host}, port: {port}
jetstream {{ store_dir: "{store}", max_memory_store: 64MB, max_file_store: 4GB, sync_interval: always }}
"""


@contextmanager
def peers_bus(folder: Path) -> Iterator[str]:
    """A NATS server without accounts; its address."""
    port = free_port()
    config = folder / "peers.conf"
    config.write_text(_CONFIG.format(host=LOOPBACK, port=port, store=folder / "peers"))
    process = subprocess.Popen([find_nats_server(), "-c", config], stderr=subprocess.DEVNULL)
    try:
        until(lambda: greets(port), "the peers' bus is up")
        yield f"nats://{LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def make_database(stack: Stack, name: str) -> str:
    """An empty database for a peer; its address, with the server's own superuser."""
    admin = await asyncpg.connect(stack.admin_url)
    try:
        await admin.execute(f'create database "{name}"')
    finally:
        await admin.close()
    return database_url(stack, name)


def database_url(stack: Stack, name: str) -> str:
    """The address of a database on the house's server, as its superuser."""
    return stack.admin_url.rsplit("/", 1)[0] + f"/{name}"


async def make_stream(bus: str, name: str, subject: str) -> None:
    """A stream that takes atomic batches."""
    client = await nats.connect(bus)
    try:
        await client.jetstream().add_stream(
            name=name, subjects=[subject], storage="file", allow_atomic=True, duplicate_window=120
        )
    finally:
        await client.close()


@contextmanager
def peer_process(module: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A peer's program for as long as the block lasts; says so when it ended before."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], env={"PATH": os.environ["PATH"], "PYTHONPATH": ".", **environment}
    )
    try:
        yield process
        assert process.poll() is None, f"{module} ended with {process.returncode}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_door(port: int) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection((LOOPBACK, port), 0.5).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on {port}"
            time.sleep(0.02)
        else:
            return
