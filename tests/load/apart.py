"""One bench in a process of its own."""

import importlib
import multiprocessing
import traceback
from multiprocessing.connection import Connection

import uvloop

from tests.load.benches import BENCHES
from tests.load.figures import Figure


def measure_apart(name: str) -> list[Figure] | None:
    """A bench's figures; None where it broke, which it has said then."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(name, sending), name=f"bench-{name}")
    process.start()
    sending.close()
    try:
        figures: list[Figure] | None = receiving.recv()
    except EOFError:
        figures = None
    process.join()
    return figures


def _measure(name: str, sending: Connection) -> None:
    try:
        figures = uvloop.run(importlib.import_module(BENCHES[name]).measure())
    except Exception:  # noqa: BLE001  (see below)
        # The border of a bench: said here, counted there, and the next one runs.
        traceback.print_exc()
        figures = None
    sending.send(figures)
