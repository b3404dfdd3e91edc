"""Ends what a supervisor that was killed left running, and nothing else.

A pid alone may belong to somebody else by now; so the record also holds the process's start time as the kernel
counts it. Where there is no /proc nothing can be told, and a taken port says the rest.
"""

import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from infra.local.private_files import write_private
from infra.local.program import POLL

_START_TIME: Final = 19
"""Place of `starttime` in /proc/<pid>/stat after the command's name."""


class Leftovers:
    """The record of the processes a supervisor has started."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, pids: Mapping[str, int]) -> None:
        """Write down what runs now."""
        entries = {name: [pid, started(pid)] for name, pid in pids.items()}
        write_private(self._path, json.dumps(entries).encode())

    def running(self) -> dict[str, int]:
        """Recorded processes that still run: name -> pid."""
        if not self._path.exists():
            return {}
        try:
            entries = json.loads(self._path.read_text())
            return {
                name: pid
                for name, (pid, when) in entries.items()
                if when is not None and started(pid) == when
            }
        except (ValueError, TypeError, AttributeError):
            return {}

    def end(
        self, order: Sequence[str], stop_signals: Mapping[str, signal.Signals], grace: float
    ) -> list[str]:
        """End what still runs, in this order, each before the next; returns the names of what ran."""
        left = self.running()
        for name in order:
            if name in left:
                _end(left[name], stop_signals.get(name, signal.SIGTERM), grace)
        self._path.unlink(missing_ok=True)
        return [name for name in order if name in left]


def started(pid: int) -> int | None:
    """When the process started, in kernel ticks; None when there is no such process, or no way to tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    # A zombie has ended; it only waits for its parent to look.
    return None if fields[0] == "Z" else int(fields[_START_TIME])


def _end(pid: int, stop_signal: signal.Signals, grace: float) -> None:
    born = started(pid)
    deadline = time.monotonic() + grace
    with suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
        while started(pid) == born is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += grace
            time.sleep(POLL)
