"""Asks every process again and again whether it lives and is ready, and how late its loop is (I8)."""

import asyncio
import http.client
import re
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_LAG = re.compile(rb"^tongxin_loop_lag_seconds\{[^}]*\} ([0-9.e+-]+)$", re.MULTILINE)
_INTERVAL = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """What one process said at one moment; 0 is no answer."""

    at: float
    service: str
    live: int
    ready: int
    lag: float


@dataclass(slots=True)
class Probes:
    """Samples of all processes."""

    ports: Mapping[str, int]
    samples: list[Sample] = field(default_factory=list)
    machine_late: float = 0.0
    """How late a thread that only sleeps was woken, in seconds: what no process can help."""

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Probes"]:
        """Ask for as long as the block lasts."""
        tasks = [asyncio.create_task(self._watch(service)) for service in self.ports]
        over = threading.Event()
        threading.Thread(target=self._watch_the_machine, args=(over,), daemon=True).start()
        try:
            yield self
        finally:
            over.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def between(self, begin: float, end: float) -> list[Sample]:
        """Samples of a span of time."""
        return [sample for sample in self.samples if begin <= sample.at <= end]

    @property
    def worst_lag(self) -> float:
        """The longest that an event loop stood still by itself, the machine's own lateness left out."""
        return max(sample.lag for sample in self.samples) - self.machine_late

    def _watch_the_machine(self, over: threading.Event) -> None:
        while True:
            before = time.monotonic()
            if over.wait(_INTERVAL):
                return
            self.machine_late = max(self.machine_late, time.monotonic() - before - _INTERVAL)

    async def _watch(self, service: str) -> None:
        while True:
            self.samples.append(await asyncio.to_thread(_sample, service, self.ports[service]))
            await asyncio.sleep(_INTERVAL)


def _sample(service: str, port: int) -> Sample:
    at = time.monotonic()
    live, _ = _get(port, "/livez")
    ready, _ = _get(port, "/readyz")
    _status, page = _get(port, "/metrics")
    lags = [float(found) for found in _LAG.findall(page)]
    return Sample(at, service, live, ready, max(lags, default=0.0))


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
