"""F13: no room. A stream reaches its limit, or the disk under the bus is full; the outbox holds what waits (I1).

The stream refuses instead of forgetting its oldest (decision 6), so nothing is lost: commands go on, rows wait in the
outbox, the relay says why in its log and in a metric, and drains once there is room.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest

from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from tests.conftest import ACK_WAIT, temporary_folder
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery, keep, new_history
from tests.faults.load import Load, unexpected
from tests.faults.observed import fetch
from tests.house import House
from tests.processes import start_all
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

STREAM: Final = "EVT_PROPOSALS"
WITHIN: Final = 30.0
SMALL_DISK: Final = 48 * 1024 * 1024


async def waiting(stack: Stack) -> int:
    """Rows of proposals' outbox that wait for the bus."""
    rows = await fetch(stack, "proposals", "select count(*) as n from outbox where published_at is null")
    found: int = rows[0]["n"]
    return found


async def says_why(stack: Stack, words: str) -> None:
    """I9: the relay's log names the server's own reason, and its batches are counted as failed."""
    await until_async(lambda: words in signs.log_of(stack, "proposals"), f"the log says {words!r}", limit=20)
    failed = await asyncio.to_thread(
        signs.metric, stack, "proposals", "tongxin_relay_batches_total", outcome="failed"
    )
    assert failed >= 1
    backlog = await asyncio.to_thread(
        signs.metric, stack, "proposals", "tongxin_outbox_waiting", stream=STREAM
    )
    assert backlog >= 1, "the alert OutboxStuck looks at it"


@pytest.mark.fault("F13", invariants="I1 I2 I3 I9")
@pytest.mark.timeout(240)
async def test_f13_a_stream_reaches_its_limit(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Commands go on, the outbox grows, nothing old is forgotten; drained after room is made."""
    stack = processes.stack
    load = Load(city.house, SEED + 13, members=city.writers, history=history)
    async with load.flowing():
        await load.until_done(10)
        async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
            jetstream = client.jetstream()
            info = await jetstream.stream_info(STREAM)
            first = info.state.first_seq
            await jetstream.update_stream(info.config.evolve(max_bytes=info.state.bytes + 2000))
        history.note("fault", what="the stream is full")
        await load.until_done(30)
        await says_why(stack, "maximum bytes exceeded")
    assert await waiting(stack) > 10, "the outbox holds what the stream has no room for"
    began = time.monotonic()
    await asyncio.to_thread(stack.provision)
    await city.whole_within(history, WITHIN)
    recovery.took(time.monotonic() - began, within=WITHIN)
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        assert (await client.jetstream().stream_info(STREAM)).state.first_seq == first, "nothing old went"
    assert unexpected(load.acts) == []


# -- a disk of its own ---------------------------------------------------------------------------------------------


def mount_small_disk(place: Path) -> str | None:
    """A file system of a few megabytes there; returns why not where that is not possible."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0700", "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip()


@pytest.fixture
def small_disk() -> Iterator[Processes]:
    """The four services over a bus whose store is on a small disk of its own."""
    with temporary_folder() as folder, ExitStack() as end:
        store = folder / "nats" / "store"
        refused = mount_small_disk(store)
        if refused is not None:
            pytest.skip(f"a small disk cannot be mounted here: {refused}")
        end.callback(subprocess.run, ["umount", "--lazy", str(store)], check=False)
        stack = Stack(folder, ack_wait=ACK_WAIT).start()
        end.callback(stack.stop)
        made = Processes(stack)
        end.callback(made.stop_all)
        made.running |= start_all(stack, OWNERS)
        yield made


@pytest.fixture
async def small_city(small_disk: Processes) -> AsyncIterator[City]:
    """Its people."""
    house = await House.open(small_disk.stack)
    yield await City.open(house)
    await house.connection.close()


@pytest.mark.fault("F13", invariants="I1 I2 I3 I9")
@pytest.mark.timeout(300)
async def test_f13_the_disk_is_full(
    small_disk: Processes, small_city: City, recovery: Recovery, request: pytest.FixtureRequest
) -> None:
    """The same when nothing more can be written at all; the bus is restarted after room is made."""
    stack = small_disk.stack
    store, history = stack.data / "nats" / "store", new_history(stack.data, request.node.nodeid)
    load = Load(small_city.house, SEED + 13, members=small_city.writers, history=history, give_up=60.0)
    async with load.flowing():
        await load.until_done(10)
        ballast = store / "ballast"
        fill(ballast)
        history.note("fault", what="the disk is full")
        await load.until_done(30, limit=60)
        await says_why(stack, "relay_interrupted")
    assert await waiting(stack) > 0
    said = await asyncio.to_thread((stack.data / "logs" / "nats.log").read_text)
    assert "no space left on device" in said, "the bus itself names the reason"
    began = time.monotonic()
    ballast.unlink()
    # The server does not try again by itself after a write that failed (nats-server 2.15): it has to be restarted.
    await asyncio.to_thread(stack.restart_nats)
    await small_city.whole_within(history, WITHIN)
    recovery.took(time.monotonic() - began, within=WITHIN)
    keep(history)
    assert unexpected(load.acts) == []


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(os.urandom(65536) if file.tell() == 0 else b"x" * 4096)
