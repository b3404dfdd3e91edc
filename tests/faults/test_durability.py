"""F21: durability is switched on: what was acknowledged was on disk first, seen in the servers' own system calls."""

import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.faults import signs
from tests.faults.frame import Recovery
from tests.house import House, person
from tests.proposals_at_work import handed_in, open_session
from tests.services.conftest import services
from tests.waiting import until, until_async
from tongxin_contracts.permissions import Role

__all__ = ["services"]

PROPOSALS = 12
COMMITS_EACH = 2
"""A proposal is saved and handed in: two commands, each its own commit, one after the other."""
SYNC = re.compile(r"^(?P<pid>\d+) +(?:fsync|fdatasync)\(\d+<(?P<file>[^>]*)>(?P<end>.*)$", re.MULTILINE)
MESSAGES = re.compile(r"/streams/EVT_PROPOSALS/msgs/\d+\.blk$")
"""Where nats-server keeps a stream's messages; it syncs other files too, whatever it is told."""
JOURNAL = re.compile(r"/pg_wal/[0-9A-F]{24}$")
"""Where PostgreSQL makes a commit last."""


@pytest.fixture
async def asker(services: Stack) -> AsyncIterator[House]:
    """Somebody who can ask the services all tests share."""
    opened = await House.open(services)
    yield opened
    await opened.connection.close()


class Trace:
    """The synced writes of some processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def count(self, of: re.Pattern[str]) -> int:
        """How many to such files were made and did not fail."""
        if not self._path.exists():
            return 0
        found = SYNC.finditer(self._path.read_text("utf-8", "replace"))
        return sum(bool(of.search(one["file"])) and "= -1" not in one["end"] for one in found)


@contextmanager
def traced(pids: Sequence[int], path: Path) -> Iterator[Trace]:
    """strace on processes that run, and on what they start, for as long as the block lasts."""
    strace = shutil.which("strace")
    assert strace, "strace is needed (apt-get install strace): without it nobody sees whether a server syncs"
    attach = [part for pid in pids for part in ("-p", str(pid))]
    process = subprocess.Popen(
        [strace, "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", str(path), *attach],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: all(is_traced(pid) for pid in pids) or process.poll() is not None, "strace is attached")
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        yield Trace(path)
    finally:
        process.terminate()
        process.wait(10)


def is_traced(pid: int) -> bool:
    """Whether somebody traces it; one that has ended is nobody's any more."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return "TracerPid:\t0\n" not in status


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


@pytest.mark.fault("F21", invariants="I1", ci=True)
async def test_f21_nothing_is_acknowledged_before_it_is_on_disk(
    services: Stack, asker: House, data_folder: Path, recovery: Recovery
) -> None:
    """At least one synced write of the bus for each batch it acknowledged, one of the database for each commit."""
    await open_session(asker)
    pids, member = services.server_pids, person(Role.MEMBER)
    batches = "tongxin_relay_batches_total"

    def published() -> float:
        return signs.metric(services, "proposals", batches, stream="EVT_PROPOSALS", outcome="ok")

    async def relayed() -> bool:
        return signs.metric(services, "proposals", "tongxin_relay_events_total") >= events + PROPOSALS

    with (
        traced([pids["nats"]], data_folder / "nats") as bus,
        traced(family(pids["postgres"]), data_folder / "postgres") as database,
    ):
        events, before = signs.metric(services, "proposals", "tongxin_relay_events_total"), published()
        for _one in range(PROPOSALS):
            await handed_in(asker, member)
        await until_async(relayed, "all of it is on the bus")
        acknowledged = published() - before
        assert acknowledged > 0
        assert bus.count(MESSAGES) >= acknowledged
        assert database.count(JOURNAL) >= PROPOSALS * COMMITS_EACH
