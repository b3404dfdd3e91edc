"""One bench in a process of its own, for a bounded time; whatever it started ends with it."""

import importlib
import multiprocessing
import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import uvloop

from tests.load.benches import BENCHES
from tests.load.figures import Figure

LIMIT: Final = 600.0
"""Seconds for a bench: all rows together take less than half an hour."""
_TO_END: Final = 60.0
"""Seconds to stop servers and processes in order."""


def measure_apart(name: str, *, limit: float = LIMIT) -> list[Figure] | None:
    """A bench's figures; None where it broke or took too long, which it has said then."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(name, sending), name=f"bench-{name}")
    process.start()
    sending.close()
    figures: list[Figure] | None = None
    try:
        if receiving.poll(limit):
            figures = receiving.recv()
        else:
            print(f"{name} is not through after {limit:.0f} s and is ended", flush=True)
    except EOFError:
        pass  # it died, and has said of what
    finally:
        _end(process)
    return figures


def _end(process: BaseProcess) -> None:
    """Let it end by itself, then as Ctrl-C does, then it and all below it at once."""
    assert process.pid is not None
    below = set(descendants(process.pid))
    for interrupt in (False, True, True):
        if interrupt and process.is_alive():
            below |= set(descendants(process.pid))
            os.kill(process.pid, signal.SIGINT)
        process.join(_TO_END / 3)
    process.kill()
    process.join()
    for pid in below:
        # Only what a bench left behind is still there; its number is too young to be somebody else's.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> Iterator[int]:
    """The ids of all processes below one."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, children.read_text().split()):
                yield child
                yield from descendants(child)


def _measure(name: str, sending: Connection) -> None:
    try:
        figures = uvloop.run(importlib.import_module(BENCHES[name]).measure())
    except Exception:  # noqa: BLE001  (see below)
        # The border of a bench: said here, counted there, and the next one runs.
        traceback.print_exc()
        figures = None
    sending.send(figures)
