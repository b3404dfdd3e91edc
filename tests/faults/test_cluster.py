"""F19: three nodes of the bus; the one that leads is killed, another is cut off; work goes on with the two that are left."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cluster import Cluster, clustered_stack
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery, times
from tests.faults.load import Load, count, unexpected
from tests.faults.watched import Watched, watching
from tests.house import House
from tests.processes import start_all
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS, event_stream

KILLS = times("TONGXIN_FAULT_LEADER_KILLS", ci=2, whole=5)
CUTS = times("TONGXIN_FAULT_CUTS", ci=1, whole=3)
WHOLE_AGAIN = 15.0
CAUGHT_UP = 120.0
"""Seconds a node gets to have all copies again; a second failure before that is one more than three nodes bear."""
STREAM = event_stream("proposals")


@pytest.fixture(scope="module")
def clustered() -> Iterator[tuple[Cluster, Processes]]:
    """Three nodes, a database, the four services, every stream in three copies."""
    with ExitStack() as end:
        cluster, stack = end.enter_context(clustered_stack())
        made = Processes(stack)
        end.callback(made.stop_all)
        made.running |= start_all(stack, OWNERS)
        yield cluster, made


@pytest.fixture(scope="module")
def cluster(clustered: tuple[Cluster, Processes]) -> Cluster:
    return clustered[0]


@pytest.fixture(scope="module")
def processes(clustered: tuple[Cluster, Processes]) -> Processes:
    """What `house` and `history` stand on, here over three nodes."""
    return clustered[1]


@pytest.fixture(scope="module")
def watched(clustered: tuple[Cluster, Processes]) -> Iterator[Watched]:
    """What an operator sees."""
    with watching(*clustered) as opened:
        yield opened


@pytest.fixture(scope="module")
async def city(house: House) -> City:
    return await City.open(house)


async def leading(cluster: Cluster) -> str:
    """Who leads the proposals' stream, once somebody does."""
    found: list[str] = []

    def known() -> bool:
        leader = cluster.leader(STREAM)
        found.extend([leader] if leader else [])
        return bool(found)

    await until_async(known, f"somebody leads {STREAM}", limit=20)
    return found[-1]


async def rejoined(cluster: Cluster) -> float:
    """Seconds until every node is back and has caught up."""
    began = time.monotonic()
    await until_async(
        lambda: asyncio.to_thread(cluster.has_every_copy), "every copy is current", limit=CAUGHT_UP, poll=0.5
    )
    return time.monotonic() - began


@pytest.fixture(autouse=True)
async def _all_nodes(cluster: Cluster) -> None:
    """Each test begins with three nodes, whatever the one before came to."""
    for name, running in list(cluster.running.items()):
        if not running.alive:
            await asyncio.to_thread(cluster.start_node, name)
    await rejoined(cluster)


@pytest.mark.fault("F19", invariants="I1 I2 I3 I9")
@pytest.mark.timeout(900)
async def test_f19_the_leader_is_killed(
    cluster: Cluster, watched: Watched, city: City, history: History, recovery: Recovery, tmp_path: Path
) -> None:
    """People go on while a new leader is chosen; what was acknowledged is kept by the two that are left."""
    quiet = await watched.now()
    load = Load(city.house, SEED, members=city.writers, history=history)
    history.extend(await city.look())
    for kill in range(KILLS):
        leader = await leading(cluster)
        async with load.flowing():
            await load.until_done(20, limit=60)
            history.note("fault", what="leader killed", node=leader, kill=kill)
            await asyncio.to_thread(cluster.kill, leader)
            await load.until_done(20, limit=60)
        recovery.took(await city.whole_within(history, WHOLE_AGAIN), within=WHOLE_AGAIN)
        assert await leading(cluster) != leader
        during = await watched.now()
        await asyncio.to_thread(cluster.start_node, leader)
        await rejoined(cluster)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * KILLS
    await watched.fires(quiet, during, "BusServerDown", folder=tmp_path)


@pytest.mark.fault("F19", invariants="I9")
@pytest.mark.timeout(400)
async def test_f19_two_nodes_are_away(cluster: Cluster, watched: Watched, tmp_path: Path) -> None:
    """No majority is left: nobody leads, nobody is ready, and operators are told which of it is the cause."""
    quiet = await watched.now()
    leader = await leading(cluster)
    away = [leader, next(name for name in cluster.nodes if name != leader)]
    for name in away:
        await asyncio.to_thread(cluster.kill, name)

    async def told() -> bool:
        page = await watched.now()
        ready = [value for (name, _), value in page.items() if name == "tongxin_ready"]
        leaderless = [value for (name, _), value in page.items() if name == "tongxin_leaderless"]
        return any(leaderless) and ready.count(0) == len(ready) > 0

    await until_async(told, "streams without a leader, services that are not ready", limit=30, poll=0.5)
    during = await watched.now()
    for name in away:
        await asyncio.to_thread(cluster.start_node, name)
    await rejoined(cluster)
    await watched.fires(quiet, during, "BusServerDown", "LeaderMissing", "ServiceDown", folder=tmp_path)


@pytest.mark.fault("F19", invariants="I1 I2 I3")
@pytest.mark.timeout(900)
async def test_f19_a_follower_is_cut_off(
    cluster: Cluster, city: City, history: History, recovery: Recovery
) -> None:
    """Silent, with every connection open, as behind a pulled cable; who was connected to it goes to another node."""
    load, chance = Load(city.house, SEED + 19, members=city.writers, history=history), random.Random(SEED)
    history.extend(await city.look())
    for cut in range(CUTS):
        leader = await leading(cluster)
        follower = chance.choice(sorted(set(cluster.nodes) - {leader}))
        async with load.flowing():
            await load.until_done(20, limit=60)
            history.note("fault", what="follower cut off", node=follower, cut=cut)
            cluster.freeze(follower)
            try:
                await load.until_done(20, limit=60)
                load.stopping = True
                recovery.took(await city.whole_within(history, WHOLE_AGAIN), within=WHOLE_AGAIN)
            finally:
                cluster.thaw(follower)
        await rejoined(cluster)
        await city.whole_within(history, WHOLE_AGAIN)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 20 * CUTS


@pytest.mark.fault("F19", invariants="I1 I2 I3")
@pytest.mark.timeout(900)
async def test_f19_the_leader_is_cut_off(
    cluster: Cluster, city: City, history: History, recovery: Recovery
) -> None:
    """It believes that it leads until it wakes; nothing it says then counts."""
    load = Load(city.house, SEED + 190, members=city.writers, history=history)
    history.extend(await city.look())
    leader = await leading(cluster)
    async with load.flowing():
        await load.until_done(20, limit=60)
        history.note("fault", what="leader cut off", node=leader)
        cluster.freeze(leader)
        try:
            await load.until_done(20, limit=60)
            load.stopping = True
            recovery.took(await city.whole_within(history, WHOLE_AGAIN), within=WHOLE_AGAIN)
        finally:
            cluster.thaw(leader)
    await rejoined(cluster)
    await city.whole_within(history, WHOLE_AGAIN)
    assert unexpected(load.acts) == []
