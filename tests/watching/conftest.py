"""A whole house that is watched: five services, the collector, every trace kept, figures and invariants at once."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.ports import free_port, free_ports
from infra.local.program import Running
from infra.local.stack import Stack
from tests.conftest import ACK_WAIT, temporary_folder
from tests.waiting import until
from tongxin_contracts.subjects import SERVICES

SOON = {"TONGXIN_FIGURES_INTERVAL": "1", "TONGXIN_INVARIANTS_INTERVAL": "1"}


@dataclass
class Watched:
    """The running house and where it writes."""

    stack: Stack
    running: dict[str, Running]
    folder: Path

    def spans(self, service: str) -> list[dict[str, Any]]:
        """Every span a service has kept."""
        path = self.folder / f"{service}.spans"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]

    def ports(self) -> dict[str, int]:
        """Where each process shows its metrics."""
        return {**self.stack.ports.health, "collector": self.stack.ports.collector}

    def start(self, service: str, **more: str) -> Running:
        """Start one of the five, with its traces into a file of its own."""
        extra = {
            "TONGXIN_TRACES": f"file:{self.folder / f'{service}.spans'}",
            "TONGXIN_TRACE_RATIO": "1",
            **SOON,
            **more,
        }
        self.running[service] = Running(self.stack.service_program(service, extra))
        return self.running[service]


@pytest.fixture(scope="package")
def watched() -> Iterator[Watched]:
    """Started once for all tests of this package."""
    with temporary_folder() as folder, ExitStack() as end:
        ports = replace(free_ports(), collector=free_port())
        stack = Stack(folder, ports=ports, ack_wait=ACK_WAIT).start()
        end.callback(stack.stop)
        house = Watched(stack, {}, folder)
        end.callback(lambda: [process.stop() for process in house.running.values()])
        for service in SERVICES:
            house.start(service)
        house.running["collector"] = Running(stack.collector_programs[0])
        for process in house.running.values():
            process.wait_ready()
        until(lambda: all((folder / f"{service}.spans").exists() for service in SERVICES), "traces are kept")
        yield house


@pytest.fixture(scope="package")
async def done(watched: Watched) -> Any:
    """A little work, done once."""
    from tests.watching.work import do_work

    return await do_work(watched)
