"""A city as docker-compose.yml says, as plain processes on loopback: three nodes, a database, so many of each service.

What the file says is what they are told; only hosts, ports and paths are this machine's.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from infra.local import environment
from infra.local.ports import LOOPBACK, free_port
from infra.local.program import Program, Running
from infra.local.stack import Stack
from tests.cluster import Cluster
from tests.compose import Compose
from tests.conftest import temporary_folder
from tests.processes import stop_all
from tongxin_contracts.subjects import SERVICES

_KEPT = ("PATH", "HOME", "VIRTUAL_ENV", "TMPDIR")


@dataclass
class Replica:
    """One process of a service and where it listens."""

    service: str
    number: int
    health: int
    portal: int
    process: Running

    @property
    def url(self) -> str:
        """A portal's address."""
        return f"http://{LOOPBACK}:{self.portal}"


@dataclass
class CityRun:
    """What runs; a test may end a replica and start another."""

    compose: Compose
    cluster: Cluster
    stack: Stack
    """Knows database and keys; its services are not started by it."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What a test sets otherwise than the file, wherever the file sets it."""
    more: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Service -> what only this test sets."""
    replicas: list[Replica] = field(default_factory=list)

    def job(self, service: str, *arguments: str) -> str:
        """Run a one-shot job with the file's command, or another one; its output."""
        command = list(arguments) or self.compose.services[service]["command"]
        done = subprocess.run(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            env=self._environment(service, {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(
        self, *services: str, folder: Path | None = None, program: str = sys.executable
    ) -> list[Replica]:
        """One more replica of each, started side by side, ready; `folder` and `program` are another release's."""
        started = [self._start(service, folder, program) for service in services]
        self.replicas += started
        for replica in started:
            replica.process.wait_ready(90)
        return started

    def stop(self, replica: Replica) -> int:
        """End one in order."""
        self.replicas.remove(replica)
        return replica.process.stop()

    def kill(self, replica: Replica) -> None:
        """SIGKILL."""
        self.replicas.remove(replica)
        replica.process.kill()

    def of(self, service: str) -> list[Replica]:
        """The replicas of one service."""
        return [replica for replica in self.replicas if replica.service == service]

    def stop_all(self) -> None:
        """End what runs."""
        stop_all([replica.process for replica in self.replicas])

    def _start(self, service: str, folder: Path | None, program: str) -> Replica:
        number = 1 + max((replica.number for replica in self.of(service)), default=0)
        ports = {"TONGXIN_HEALTH_PORT": free_port(), "TONGXIN_PORTAL_PORT": free_port()}
        _python, *arguments = self.compose.services[service]["command"]
        described = Program(
            name=f"{service}-{number}",
            argv=(program, *arguments),
            log=self.stack.data / "logs" / f"{service}-{number}.log",
            ready=lambda: environment.says_ready(ports["TONGXIN_HEALTH_PORT"]),
            environment=self._environment(service, ports),
            folder=folder,
            grace=30,
        )
        return Replica(
            service, number, ports["TONGXIN_HEALTH_PORT"], ports["TONGXIN_PORTAL_PORT"], Running(described)
        )

    def _environment(self, service: str, ports: Mapping[str, int]) -> dict[str, str]:
        moved = self.compose.on_loopback(
            service,
            city=self.stack.data,
            cluster=self.cluster,
            database_port=self.stack.ports.postgres,
            ports=ports,
        )
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        told = {name: value for name, value in self.told.items() if name in moved}
        return {**kept, "LANG": "C.UTF-8", "TZ": "UTC", **moved, **told, **self.more.get(service, {})}


@contextmanager
def city_run(
    replicas: int, more: Mapping[str, Mapping[str, str]] | None = None, **told: str
) -> Iterator[CityRun]:
    """Nodes and database up, the file's two jobs done, so many replicas of each service ready."""
    with temporary_folder() as folder, ExitStack() as end:
        cluster = Cluster(folder)
        end.callback(cluster.stop)
        ack_wait = timedelta(seconds=float(told.get("TONGXIN_ACK_WAIT", "30")))
        stack = Stack(
            folder,
            ack_wait=ack_wait,
            replicas=3,
            nats_url=cluster.url,
            nodes=tuple(cluster.nodes.values()),
        )
        stack.prepare()
        # A city has no supervisor that wrote down how it was started: its environment alone says so.
        (folder / "run" / "stack.json").unlink()
        postgres = Running(stack.postgres_program)
        end.callback(postgres.stop)
        end.callback(stack.stop)
        cluster.start()
        postgres.wait_ready()
        run = CityRun(Compose(), cluster, stack, told, more or {})
        end.callback(run.stop_all)
        run.job("provision")
        run.job("migrate")
        for _ in range(replicas):
            run.start(*SERVICES)
        yield run
