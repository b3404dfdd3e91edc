"""What an operator is told while a fault lasts: our own figures, read as Prometheus reads them, judged by the real rules."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.ports import free_port
from infra.nats.collector import CollectorSettings, server
from tests.cluster import Cluster
from tests.faults.conftest import Processes
from tests.watching.replayed import Page, firing, measured


@dataclass
class Watched:
    """A cluster's services and the bus' collector."""

    ports: dict[str, int]

    async def now(self) -> Page:
        """Every figure a rule reads, but of consumers whose service is not part of the test: nobody does pull there."""
        page = await asyncio.to_thread(measured, self.ports)
        return {
            (name, labels): value
            for (name, labels), value in page.items()
            if dict(labels).get("consumer") in {None, "", *self.ports}
        }

    async def fires(
        self, before: Page, during: Page, *alerts: str, folder: Path, beside: str | None = None
    ) -> None:
        """When what is seen during the fault lasts, exactly these alerts come up, and none before.

        `beside` may come up as well: it depends on the moment at which the fault struck.
        """
        otherwise = await asyncio.to_thread(firing, before, during, set(alerts), folder)
        if otherwise and beside is not None:
            otherwise = await asyncio.to_thread(firing, before, during, {*alerts, beside}, folder)
        assert not otherwise, otherwise


@contextmanager
def watching(cluster: Cluster, processes: Processes) -> Iterator[Watched]:
    """The collector runs for as long as the block lasts."""
    port = free_port()
    pages = server(CollectorSettings(nats_monitor_urls=",".join(cluster.monitors), health_port=port))
    thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.2})
    thread.start()
    try:
        health = processes.stack.ports.health
        yield Watched({service: health[service] for service in processes.running} | {"collector": port})
    finally:
        pages.shutdown()
        thread.join()
        pages.server_close()
