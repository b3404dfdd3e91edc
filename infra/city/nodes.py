"""The three nodes of a city's bus: one configuration each, the same accounts in all of them.

Always holds: every node's file is checked by nats-server before it replaces the old one; routes are let in by a
password only (routes know no nkeys), so the files are 0600; no node tells a client the address of another: clients
go by the list in their own settings, and an agency outside learns no inner address.
"""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis.topology import Follows
from infra.local import nats
from infra.local.keys import Keys
from infra.local.problems import StackError
from infra.nats.config import SYSTEM_USER, AgencyAccount, ClusterConfig, ServerConfig
from infra.nats.connection import bus

CLUSTER: Final = "tongxin"
ANSWERS_WITHIN: Final = 2.0
"""Seconds in which every node says that it is there."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node listens and keeps what it holds."""

    name: str
    address: str
    """How the other nodes reach it."""
    store: Path
    pid_file: Path
    host: str = "0.0.0.0"  # noqa: S104 - inside a container; what is let out is the compose file's
    port: int = 4222
    monitor_port: int = 8222
    route_port: int = 6222
    routes: tuple[str, ...] | None = None
    """host:port by which it reaches the others, where that is not their own address (a tunnel, a forwarded port)."""
    advertise: str | None = None
    """host:port that it tells the others, where they cannot reach its own."""


CITY_NODES: Final = tuple(
    Node(name, name, Path("/data/jetstream"), Path("/data/nats.pid"))
    for name in ("nats-1", "nats-2", "nats-3")
)
"""As docker-compose.yml runs them."""


def write_nodes(
    folder: Path,
    nodes: Sequence[Node],
    *,
    keys: Keys,
    routes_password: str,
    dial_password: str | None = None,
    follows: Follows,
    agencies: Sequence[AgencyAccount],
    max_file: int,
) -> list[Path]:
    """Write `<node>.conf` for each node; raises StackError when the server would not take one."""
    binary, written = nats.find_nats_server(), []
    for node in nodes:
        config = ServerConfig(
            server_name=node.name,
            host=node.host,
            port=node.port,
            monitor_host=node.host,
            monitor_port=node.monitor_port,
            store=node.store,
            pid_file=node.pid_file,
            user_keys=keys.public_nkeys(),
            retiring_keys=keys.retiring_nkeys(),
            follows=follows,
            agencies=agencies,
            max_file=max_file,
            cluster=ClusterConfig(
                name=CLUSTER,
                host=node.host,
                port=node.route_port,
                password=routes_password,
                dial_password=dial_password,
                routes=node.routes
                or [f"{other.address}:{other.route_port}" for other in nodes if other is not node],
                advertise=node.advertise,
            ),
        )
        path = folder / f"{node.name}.conf"
        nats.write_config(path, config, binary)
        written.append(path)
    return written


async def reload_nodes(url: str, keys: Keys, nodes: Sequence[Node]) -> None:
    """Make every node read its file again, over the bus itself; raises StackError naming those that did not."""
    async with bus(url, keys.seed(SYSTEM_USER), SYSTEM_USER) as client:
        found = await _who_is_there(client, len(nodes))
        missing = sorted({node.name for node in nodes} - set(found))
        for name, server_id in found.items():
            answer = await client.request(f"$SYS.REQ.SERVER.{server_id}.RELOAD", b"", timeout=5)
            error = json.loads(answer.data).get("error")
            if error:
                raise StackError(f"{name} 不接受新的配置：{error.get('description', error)}")
    if missing:
        raise StackError(f"{'、'.join(missing)} 没有应答；恢复后会自动读取新的配置。")


async def _who_is_there(client: Client, wanted: int) -> dict[str, str]:
    """Name -> id of every server that answers."""
    found: dict[str, str] = {}
    complete = asyncio.Event()

    async def heard(message: Msg) -> None:
        server = json.loads(message.data)["server"]
        found[server["name"]] = server["id"]
        if len(found) >= wanted:
            complete.set()

    inbox = client.new_inbox()
    await client.subscribe(inbox, cb=heard)
    await client.publish("$SYS.REQ.SERVER.PING", b"", reply=inbox)
    with suppress(TimeoutError):  # who is missing is told by the caller
        await asyncio.wait_for(complete.wait(), ANSWERS_WITHIN)
    return dict(found)
