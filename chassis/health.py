"""Tells whether this process lives and whether it is ready, truthfully, and shows its metrics.

`/livez` answers while the event loop runs. `/readyz` asks: database reachable and at the newest migration, bus
connected, streams and consumers as provisioned. Each finding is one line an operator can act on.
"""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis import telemetry

log = structlog.get_logger()

Check = Callable[[], Awaitable[list[str]]]
"""Returns what is wrong, one line each; empty when all is well."""

_CACHE = 1.0
_CHECK_LIMIT = 3.0


class Health:
    """Runs checks, at most once a second, and serves the three pages."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        service: str = "",
        collect: Callable[[], Awaitable[None]] | None = None,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        self._checks = dict(checks)
        self._service = service
        self._collect = collect
        self._notes = dict(notes or {})
        """What else `/readyz` tells: that this is a rehearsal."""
        self._found: dict[str, list[str]] = {}
        self._at = -_CACHE
        self._lock = asyncio.Lock()
        self.stopping = False

    async def findings(self) -> dict[str, list[str]]:
        """What is wrong, by check."""
        async with self._lock:
            if time.monotonic() - self._at >= _CACHE:
                results = await asyncio.gather(*(_within_limit(check) for check in self._checks.values()))
                self._found = {
                    name: found for name, found in zip(self._checks, results, strict=True) if found
                }
                self._at = time.monotonic()
        return {**self._found, **({"process": ["stopping"]} if self.stopping else {})}

    def application(self) -> Starlette:
        """The three pages."""
        return Starlette(
            routes=[
                Route("/livez", self._live),
                Route("/readyz", self._ready),
                Route("/metrics", self._metrics),
            ]
        )

    async def _live(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        found = await self.findings()
        telemetry.READY.labels(self._service).set(0 if found else 1)
        return JSONResponse(
            {**self._notes, "status": "unready" if found else "ok", "findings": found}, 503 if found else 200
        )

    async def _metrics(self, _request: Request) -> Response:
        # Side by side: whoever scrapes does not wait for one after the other.
        found, _ = await asyncio.gather(self.findings(), self._collected())
        telemetry.READY.labels(self._service).set(0 if found else 1)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _collected(self) -> None:
        if self._collect is None:
            return
        try:
            await asyncio.wait_for(self._collect(), _CHECK_LIMIT)
        except Exception as error:  # noqa: BLE001
            # The border of the page: what can be told without the database is told when it is away, most of all.
            log.warning("gauges_not_read", error=type(error).__name__)


async def _within_limit(check: Check) -> list[str]:
    try:
        return await asyncio.wait_for(check(), _CHECK_LIMIT)
    except Exception as error:  # noqa: BLE001
        # The border of a check: one that cannot be made is a finding, not a crash.
        return [f"{type(error).__name__}: {error}"[:300]]


def server(application: Any, host: str, port: int) -> uvicorn.Server:
    """An HTTP server that leaves signals and logs to us."""
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Ends when it is told to by us, so that `/readyz` can say that the process is stopping."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Watchdog:
    """A thread that ends the process when its event loop has stood still for too long; a supervisor starts it anew."""

    def __init__(self, service: str, *, limit: float = 15.0) -> None:
        self._service = service
        self._limit = limit
        self._beat = time.monotonic()
        self._over = threading.Event()

    async def run(self) -> None:
        """Beat twice a second and measure how late each beat is; who is stopped is watched no more."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            while True:
                await asyncio.sleep(0.5)
                # Of a process that was stopped either may wake first: who beats says as well how long nobody did.
                stood, self._beat = time.monotonic() - self._beat, time.monotonic()
                telemetry.LOOP_LAG_SECONDS.labels(self._service).set(max(0.0, stood - 0.5))
                self._end_if_too_long(stood)
        finally:
            self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(min(1.0, self._limit / 2)):
            self._end_if_too_long(time.monotonic() - self._beat)

    def _end_if_too_long(self, stood: float) -> None:
        if stood > self._limit:
            log.critical("loop_stands_still", seconds=round(stood))
            os._exit(70)
