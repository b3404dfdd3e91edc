"""A whole installation with the demo city: what it holds in memory at rest, and how fast it starts a second time.

`tongxin up` itself, in a data folder of its own. Memory is PSS: what a process shares with others counts once. The
stack is at rest when nothing waits in an outbox and its processes have used next to no time for a while.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from infra.local.environment import says_ready
from infra.local.ports import is_free
from infra.local.settings import LocalSettings
from tests.conftest import temporary_folder
from tests.load.apart import descendants
from tests.load.figures import Figure, within
from tests.waiting import until
from tongxin_contracts.subjects import SERVICES

MEMORY_BAR_MB: Final = 1_000.0
START_BAR: Final = 10.0
FIRST_LIMIT: Final = 900.0
_CALM: Final = 0.25
"""Share of one core that a stack at rest may use."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")


async def measure() -> list[Figure]:
    """Load, rest, weigh, stop, start again."""
    with temporary_folder() as folder:
        environment = os.environ | {
            "TONGXIN_DATA": str(folder / "data"),
            "TONGXIN_PORT": str(_room_for_ports()),
        }
        first = Up(environment, folder / "first.log")
        try:
            first_start = first.wait(FIRST_LIMIT)
            print(f"  first start with the demo city: {first_start:.0f} s", flush=True)
            await _rest(first)
            weights = {pid: _pss_mb(pid) for pid in first.family()}
            _show(weights)
        finally:
            first.stop()
        second = Up(environment, folder / "second.log")
        try:
            second_start = second.wait(120)
        finally:
            second.stop()
    return [
        within(
            "memory of the whole stack after the demo city (PSS)",
            sum(weights.values()),
            "MB",
            at_most=MEMORY_BAR_MB,
        ),
        within("second start of make run to ready", second_start, "s", at_most=START_BAR),
    ]


class Up:
    """A `tongxin up`, and all that it started."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._log = log
        self._began = time.monotonic()
        self._ports = LocalSettings(port=int(environment["TONGXIN_PORT"])).ports()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tongxin", "up"],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, limit: float) -> float:
        """Seconds until it said that it is up and every process answers that it is ready."""

        def is_up() -> bool:
            assert self.process.poll() is None, self._log.read_text()
            return "同心已启动" in self._log.read_text() and all(
                says_ready(self._ports.health[service]) for service in SERVICES
            )

        until(is_up, "tongxin up is ready", limit)
        return time.monotonic() - self._began

    def family(self) -> list[int]:
        """Its own process id and those of all below it."""
        return [self.process.pid, *descendants(self.process.pid)]

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


async def _rest(up: Up) -> None:
    """Wait until the stack does next to nothing."""
    deadline = time.monotonic() + 300
    while True:
        before, began = _cpu_seconds(up.family()), time.monotonic()
        await asyncio.sleep(5)
        if (_cpu_seconds(up.family()) - before) / (time.monotonic() - began) < _CALM:
            return
        assert time.monotonic() < deadline, "the stack does not come to rest"


def _show(weights: dict[int, float]) -> None:
    """What weighs how much: all of the database server's processes as one."""
    by_program: dict[str, float] = {}
    for pid, weight in weights.items():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        name = Path(words[0].split(":")[0].split(" ")[0]).name
        if name.startswith("python"):
            name = " ".join(Path(word).name for word in words[1:4])
        by_program[name] = by_program.get(name, 0.0) + weight
    for name, weight in sorted(by_program.items(), key=lambda one: -one[1]):
        print(f"  {weight:5.0f} MB  {name}", flush=True)


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _cpu_seconds(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _room_for_ports() -> int:
    """The first of twenty free ports in a row."""
    return next(first for first in range(21_000, 30_000, 20) if all(map(is_free, range(first, first + 20))))
