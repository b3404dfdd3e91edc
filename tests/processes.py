"""Several services at once: started side by side and ended side by side, which costs what the slowest one costs."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from infra.local.program import Running
from infra.local.stack import Stack

START = 90.0
"""Seconds a process may take to be ready on a busy machine; that is not what is tested."""


def start_all(stack: Stack, services: Sequence[str]) -> dict[str, Running]:
    """Start processes and return when all are ready; none is left behind when one does not become so."""
    started = {service: Running(stack.service_program(service)) for service in services}
    try:
        for running in started.values():
            running.wait_ready(START)
    except BaseException:
        stop_all(started.values())
        raise
    return started


def stop_all(processes: Iterable[Running]) -> None:
    """End them in order, all at once."""
    processes = list(processes)
    if processes:
        with ThreadPoolExecutor(len(processes)) as threads:
            list(threads.map(Running.stop, processes))
