"""F19: a node that can be reached by its clients and by no other node; whoever is connected to it has to notice.

Each node reaches each other one through a way of its own, which may be cut while clients' ways stay open.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chassis.islands import leave_islands
from infra.city.nodes import Node
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from services.portal.service import SERVICE as PORTAL
from tests.cluster import Cluster, clustered_stack, loopback_nodes
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, unexpected
from tests.faults.proxy import Proxy, Way
from tests.faults.test_cluster import STREAM, leading, rejoined
from tests.faults.watched import Watched, watching
from tests.house import House
from tests.processes import start_all
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS

WITHIN = 15.0
"""Seconds from the cut, work included that goes on for the first of them: 8 to 9 until the node is left, a new leader in 4 to 9."""
NOWHERE = "127.0.0.1:9"
"""What a node tells the others of itself: they are to come by their own ways only."""


@dataclass
class Ways:
    """A way from each node to each other one."""

    between: dict[tuple[str, str], Proxy] = field(default_factory=dict)

    async def lay(self, nodes: tuple[Node, ...], end: AsyncExitStack) -> tuple[Node, ...]:
        """Open them; the same nodes, which then use them."""
        laid = []
        for node in nodes:
            routes = []
            for other in nodes:
                if other is not node:
                    way = Proxy(other.route_port, random.Random(SEED))
                    self.between[node.name, other.name] = await end.enter_async_context(way.running())
                    routes.append(f"127.0.0.1:{way.listening}")
            laid.append(replace(node, routes=tuple(routes), advertise=NOWHERE))
        return tuple(laid)

    def cut(self, name: str) -> None:
        """Nothing comes to this node or from it any more, and nobody is told."""
        for pair, way in self.between.items():
            if name in pair:
                for direction in Way:
                    way.swallow(direction)

    def mend(self) -> None:
        """All ways are open again."""
        for way in self.between.values():
            way.mend()


@dataclass
class Archipelago:
    """Cluster, services, and the ways between the nodes."""

    cluster: Cluster
    processes: Processes
    ways: Ways


@pytest.fixture(scope="module")
async def sea() -> AsyncIterator[Archipelago]:
    """Three nodes whose ways can be cut, a database, the four services."""
    async with AsyncExitStack() as end:
        ways = Ways()
        planned: tuple[Node, ...] = ()

        def nodes(folder: Path) -> tuple[Node, ...]:
            nonlocal planned
            planned = asyncio.run_coroutine_threadsafe(ways.lay(loopback_nodes(folder), end), loop).result()
            return planned

        loop = asyncio.get_running_loop()
        opened = clustered_stack(nodes=nodes)
        # In a thread: the ways are in this loop, and have to carry while the nodes find each other.
        cluster, stack = await asyncio.to_thread(opened.__enter__)
        try:
            processes = Processes(stack)
            processes.running |= await asyncio.to_thread(start_all, stack, OWNERS)
            try:
                yield Archipelago(cluster, processes, ways)
            finally:
                ways.mend()
                await asyncio.to_thread(processes.stop_all)
        finally:
            await asyncio.to_thread(opened.__exit__, None, None, None)


@pytest.fixture(scope="module")
def processes(sea: Archipelago) -> Processes:
    """What `house` and `history` stand on."""
    return sea.processes


@pytest.fixture(scope="module")
def watched(sea: Archipelago) -> Iterator[Watched]:
    """What an operator sees."""
    with watching(sea.cluster, sea.processes) as opened:
        yield opened


@pytest.fixture(scope="module")
async def city(house: House) -> AsyncIterator[City]:
    """The house's connection is looked after as a portal's is."""
    looking = asyncio.create_task(leave_islands(house.connection, house.stack.nats_url, PORTAL.follows))
    yield await City.open(house)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)


async def led_by(cluster: Cluster, stack: Stack, wanted: Callable[[str], bool]) -> str:
    """Have the proposals' stream led by a node as wanted; its name."""
    leader = await leading(cluster)
    if not wanted(leader):
        heir = next(filter(wanted, cluster.nodes))
        async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as operator:
            wish = json.dumps({"placement": {"preferred": heir}}).encode()
            await operator.request(f"$JS.API.STREAM.LEADER.STEPDOWN.{STREAM}", wish, timeout=5)
        await until_async(lambda: cluster.leader(STREAM) == heir, f"{heir} leads", limit=20)
    await rejoined(cluster)
    return await leading(cluster)


@pytest.mark.fault("F19", invariants="I1 I2 I3 I9")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("leads", [False, True], ids=["follower", "leader"])
async def test_f19_a_node_is_cut_off_from_the_others_and_not_from_its_clients(
    leads: bool,
    sea: Archipelago,
    watched: Watched,
    city: City,
    history: History,
    recovery: Recovery,
    tmp_path: Path,
) -> None:
    """Follower or leader: who hangs on it goes to the others, and all of it holds while it is still cut off."""
    cluster, stack = sea.cluster, sea.processes.stack
    load = Load(city.house, SEED + 191, members=city.writers, history=history)
    await rejoined(cluster)
    alone = max(cluster.nodes, key=lambda node: len(cluster.clients(node)))
    leader = await led_by(cluster, stack, lambda node: (node == alone) is leads)
    assert (leader == alone) is leads
    history.extend(await city.look())
    quiet = await watched.now()
    async with load.flowing():
        await load.until_done(20, limit=60)
        there = await asyncio.to_thread(cluster.clients, alone)
        assert there, "somebody hangs on it"
        history.note("fault", what="node cut off from the others", node=alone, led=leads, clients=there)
        sea.ways.cut(alone)
        cut = time.monotonic()
        await load.until_done(20, limit=60)
    # Who looks is an operator, who asks the others.
    stack._nats_url = ",".join(
        f"nats://127.0.0.1:{node.port}" for node in cluster.nodes.values() if node.name != alone
    )
    try:
        await city.whole_within(history, cut + WITHIN - time.monotonic())
        recovery.took(time.monotonic() - cut, within=WITHIN)
        await until_async(
            lambda: not cluster.clients(alone), "nobody stays with it", limit=cut + WITHIN - time.monotonic()
        )
        during = await watched.now()
    finally:
        sea.ways.mend()
        stack._nats_url = cluster.url
    history.note("caught up", node=alone, seconds=await rejoined(cluster))
    await city.whole_within(history, WITHIN)
    assert unexpected(load.acts) == []
    # A node that is alone goes on saying what it led: of a consumer that had work in hand just then, that it stands.
    await watched.fires(quiet, during, "CopiesBehind", beside="AckFloorStuck", folder=tmp_path)
