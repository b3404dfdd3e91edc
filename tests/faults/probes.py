"""Asks every process again and again whether it lives and is ready, and how late its loop is (I8)."""

import asyncio
import http.client
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

_LAG = re.compile(rb"^tongxin_loop_lag_seconds\{[^}]*\} ([0-9.e+-]+)$", re.MULTILINE)
_INTERVAL = 0.1
_BEAT = 0.5
"""Seconds between two beats of a loop: for as long a lateness stands in the gauge."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one process said at one moment; 0 is no answer."""

    at: float
    service: str
    live: int
    ready: int
    lag: float
    waited: float = 0.0
    """Seconds in all that the process could have run and the machine ran others, where its pid is known."""


@dataclass(slots=True)
class Probes:
    """Samples of all processes."""

    ports: Mapping[str, int]
    samples: list[Sample] = field(default_factory=list)
    pids: Mapping[str, int] = field(default_factory=dict)
    """Where known, a loop's lateness is told from the machine's."""

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Probes"]:
        """Ask for as long as the block lasts."""
        tasks = [asyncio.create_task(self._watch(service)) for service in self.ports]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def between(self, begin: float, end: float) -> list[Sample]:
        """Samples of a span of time."""
        return [sample for sample in self.samples if begin <= sample.at <= end]

    @property
    def worst_lag(self) -> float:
        """The longest that an event loop stood still by itself: what its process waited for a processor is not counted."""
        return max(self._own_lag(sample) for sample in self.samples)

    def _own_lag(self, sample: Sample) -> float:
        begin = sample.at - sample.lag - 2 * _BEAT
        span = [one.waited for one in self.between(begin, sample.at) if one.service == sample.service]
        return sample.lag - (span[-1] - span[0])

    async def _watch(self, service: str) -> None:
        while True:
            pid = self.pids.get(service)
            self.samples.append(await asyncio.to_thread(_sample, service, self.ports[service], pid))
            await asyncio.sleep(_INTERVAL)


def _sample(service: str, port: int, pid: int | None) -> Sample:
    at = time.monotonic()
    live, _ = _get(port, "/livez")
    ready, _ = _get(port, "/readyz")
    _status, page = _get(port, "/metrics")
    lags = [float(found) for found in _LAG.findall(page)]
    return Sample(at, service, live, ready, max(lags, default=0.0), _waited(pid))


def _waited(pid: int | None) -> float:
    """How long a process' main thread has waited for a processor; Linux says so in nanoseconds."""
    path = Path(f"/proc/{pid}/schedstat")
    return int(path.read_text().split()[1]) / 1e9 if path.exists() else 0.0


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
