"""Three nats-servers on loopback as a city runs them, for tests that let one die or cut one off."""

import http.client
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from infra.city.folder import CityFolder, write_city
from infra.city.nodes import Node
from infra.local import nats
from infra.local.ports import LOOPBACK, free_port
from infra.local.program import Program, Running
from infra.local.stack import Stack
from infra.nats.monitoring import look
from tests.conftest import ACK_WAIT, temporary_folder
from tests.waiting import until


class Cluster:
    """The nodes as processes; each may be killed, frozen and started again on the same store."""

    def __init__(self, folder: Path, nodes: tuple[Node, ...] | None = None) -> None:
        self.folder = folder
        self.nodes = {node.name: node for node in nodes or loopback_nodes(folder)}
        self.running: dict[str, Running] = {}

    @property
    def url(self) -> str:
        """All of them, as the services are told."""
        return ",".join(f"nats://{LOOPBACK}:{node.port}" for node in self.nodes.values())

    def start(self) -> "Cluster":
        """Write the configuration, start all, and wait until they have chosen who leads."""
        write_city(self.folder, nodes=tuple(self.nodes.values()))
        for name in self.nodes:
            self.running[name] = Running(self._program(name))
        for running in self.running.values():
            running.wait_ready()
        until(self.is_whole, "the three nodes are one cluster", limit=30)
        return self

    def start_node(self, name: str) -> None:
        """Start one again on what it had."""
        self.running[name] = Running(self._program(name)).wait_ready()

    def kill(self, name: str) -> None:
        """SIGKILL, as a machine that fails."""
        self.running[name].kill()

    def freeze(self, name: str) -> None:
        """SIGSTOP: connections stay open and nobody answers, as behind a cable that was pulled."""
        os.kill(self.running[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        os.kill(self.running[name].pid, signal.SIGCONT)

    def stop(self) -> None:
        """End all, the frozen ones too."""
        for name, running in self.running.items():
            if running.alive:
                self.thaw(name)
        for running in self.running.values():
            running.process.terminate()
        for running in self.running.values():
            running.stop()

    def is_whole(self) -> bool:
        """Whether every node says that JetStream is as it should be."""
        return all(_get(node.monitor_port, "/healthz")[0] == 200 for node in self.nodes.values())

    def has_every_copy(self) -> bool:
        """Whether each stream and consumer has a leader and its other copies are current: any one node may fail now.

        Whole is less: for some seconds after it is back a node finds itself sound that has yet to be told otherwise.
        """
        state = look(self.monitors)
        behind = sum(stream.replicas_behind for stream in state.streams)
        behind += sum(consumer.replicas_behind for consumer in state.consumers)
        return self.is_whole() and all(state.servers.values()) and not state.leaderless and not behind

    def leader(self, stream: str) -> str | None:
        """Who leads a stream, as any node that answers knows it; None while nobody does."""
        for node in self.nodes.values():
            status, page = _get(node.monitor_port, "/jsz?streams=true&accounts=true")
            if status != 200:
                continue
            for account in page.get("account_details", ()):
                for found in account.get("stream_detail", ()):
                    if found["name"] == stream and (leader := found.get("cluster", {}).get("leader")):
                        return str(leader)
        return None

    @property
    def monitors(self) -> list[str]:
        """Addresses of the nodes' monitoring pages."""
        return [f"http://{LOOPBACK}:{node.monitor_port}" for node in self.nodes.values()]

    def clients(self, name: str) -> list[str]:
        """Names of the connections to one node."""
        page = _get(self.nodes[name].monitor_port, "/connz?limit=200")[1]
        return [client.get("name", "") for client in page.get("connections", ())]

    def _program(self, name: str) -> Program:
        config = CityFolder(self.folder).nats / f"{name}.conf"
        return nats.nats_program(
            nats.find_nats_server(), config, self.nodes[name].port, self.folder / f"{name}.log"
        )


def loopback_nodes(folder: Path) -> tuple[Node, ...]:
    """Three nodes on free ports."""
    ports: set[int] = set()
    while len(ports) < 9:
        ports.add(free_port())
    numbers = list(ports)
    return tuple(
        Node(
            name=f"nats-{place + 1}",
            address=LOOPBACK,
            store=folder / "store" / f"nats-{place + 1}",
            pid_file=folder / f"nats-{place + 1}.pid",
            host=LOOPBACK,
            port=numbers[3 * place],
            monitor_port=numbers[3 * place + 1],
            route_port=numbers[3 * place + 2],
        )
        for place in range(3)
    )


@contextmanager
def clustered_stack(
    ack_wait: timedelta = ACK_WAIT, nodes: Callable[[Path], tuple[Node, ...]] = loopback_nodes
) -> Iterator[tuple[Cluster, Stack]]:
    """Three nodes and a database, provisioned with three copies of every stream and migrated; no services yet."""
    with temporary_folder() as folder, ExitStack() as end:
        cluster = Cluster(folder, nodes(folder))
        end.callback(cluster.stop)
        cluster.start()
        stack = Stack(
            folder,
            ack_wait=ack_wait,
            replicas=3,
            nats_url=cluster.url,
            nodes=tuple(cluster.nodes.values()),
        )
        end.callback(stack.stop)
        yield cluster, stack.start()


def _get(port: int, path: str, limit: float = 1.0) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=limit)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    except (OSError, ValueError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()
