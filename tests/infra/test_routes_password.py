"""The nodes' password is changed under a cluster that works: led throughout, nothing acknowledged is lost."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import APIError

from infra.city.every_node import Reached
from infra.city.folder import ROUTES_DIALLED, ROUTES_PASSWORD, CityFolder
from infra.keys.rotation import begin, finish
from infra.local import nats
from infra.local.problems import StackError
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.recovery.health import keys_in_change
from tests.cluster import Cluster
from tests.conftest import temporary_folder
from tests.waiting import until, until_async

STREAM = "EVT_TRIED"
LONGEST_PAUSE = 8.0
"""Seconds without an acknowledgement: 0.01 to 2.8 were measured, the longest when the leader itself was alone for a moment."""


@pytest.fixture(scope="module")
def city() -> Iterator[tuple[Cluster, Stack]]:
    """Three nodes without services or database."""
    with temporary_folder() as folder, ExitStack() as end:
        cluster = Cluster(folder)
        end.callback(cluster.stop)
        cluster.start()
        yield (
            cluster,
            Stack(
                folder,
                nats_url=cluster.url,
                nodes=tuple(cluster.nodes.values()),
                database_url="postgresql://x",
            ),
        )


@dataclass
class Seen:
    """What was acknowledged, and what the nodes said of their leader meanwhile."""

    acknowledged: list[int] = field(default_factory=list)
    longest: float = 0.0
    leaders: set[str | None] = field(default_factory=set)


@asynccontextmanager
async def publishing(cluster: Cluster, stack: Stack) -> AsyncIterator[Seen]:
    """Somebody publishes one message after the other, each until it is acknowledged, and somebody looks who leads."""
    seen, stopping = Seen(), False
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        jetstream = client.jetstream()

        async def made() -> bool:
            with contextlib.suppress(APIError, NatsError):
                await jetstream.add_stream(
                    StreamConfig(name=STREAM, subjects=["evt.x.tried.>"], num_replicas=3)
                )
                return True
            return False  # an earlier test has just thrown a node out

        await until_async(made, "a stream is made", 30, poll=0.5)
        await until_async(cluster.has_every_copy, "every copy is there", 30)

        async def publish() -> None:
            loop, number = asyncio.get_running_loop(), 0
            while not stopping:
                number, began = number + 1, loop.time()
                while not stopping and len(seen.acknowledged) < number:
                    with contextlib.suppress(NatsError, APIError, TimeoutError):
                        await jetstream.publish(
                            "evt.x.tried.one",
                            str(number).encode(),
                            headers={"Nats-Msg-Id": str(number)},
                            timeout=0.5,
                        )
                        seen.acknowledged.append(number)
                seen.longest = max(seen.longest, loop.time() - began)
                await asyncio.sleep(0.005)

        async def look() -> None:
            while not stopping:
                seen.leaders.add(await asyncio.to_thread(cluster.leader, STREAM))
                await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(publish()), asyncio.create_task(look())]
        try:
            yield seen
        finally:
            stopping = True
            await asyncio.gather(*tasks)
        state = (await jetstream.stream_info(STREAM)).state
        stored = [
            int((await jetstream.get_msg(STREAM, sequence)).data or b"0")
            for sequence in range(state.first_seq, state.last_seq + 1)
        ]
        assert stored[: len(seen.acknowledged)] == seen.acknowledged, "each acknowledged one, once, in order"
        assert len(stored) <= len(seen.acknowledged) + 1, "the last one may have been stored unheard"
        await jetstream.delete_stream(STREAM)


@pytest.mark.timeout(120)
async def test_the_password_changes_under_a_cluster_that_works(city: tuple[Cluster, Stack]) -> None:
    cluster, stack = city
    file = CityFolder(stack.data).password_file(ROUTES_PASSWORD)
    old = file.read_text()
    async with publishing(cluster, stack) as seen:
        await until_async(lambda: len(seen.acknowledged) > 20, "messages flow")
        said = await asyncio.to_thread(begin, stack, "routes")
        after = len(seen.acknowledged)
        await until_async(lambda: len(seen.acknowledged) > after + 20, "messages flow afterwards")
    new = file.read_text()
    assert new != old
    assert said[-1] == "节点之间的旧口令不再有效"
    assert [line.split()[0] for line in said[:-1]] == list(cluster.nodes)
    assert None not in seen.leaders, "somebody always leads"
    assert seen.longest < LONGEST_PAUSE
    for name in cluster.nodes:
        assert old not in (CityFolder(stack.data).nats / f"{name}.conf").read_text()
    assert (file.stat().st_mode & 0o077) == 0
    assert not CityFolder(stack.data).password_file(ROUTES_DIALLED).exists()


@pytest.mark.timeout(120)
def test_who_shows_the_old_password_is_not_let_in_afterwards(
    city: tuple[Cluster, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stack = city
    monkeypatch.setattr("infra.keys.routes.SETTLES_FOR", 0)  # nobody works meanwhile
    begin(stack, "routes")
    log = stack.data / "nats-1.log"
    before = log.read_text()
    known = CityFolder(stack.data).password_file(ROUTES_PASSWORD).read_text()
    config = CityFolder(stack.data).nats / "nats-3.conf"
    good = config.read_text()
    config.write_text(good.replace(f"routes:{known}@", "routes:the-old-one@"))
    nats.reload_config(cluster.nodes["nats-3"].pid_file, config)
    until(lambda: "authentication error" in log.read_text()[len(before) :], "nats-1 turns it away")
    config.write_text(good)
    nats.reload_config(cluster.nodes["nats-3"].pid_file, config)
    until(cluster.is_whole, "the cluster is whole again", 30)


@pytest.mark.timeout(120)
async def test_a_change_that_broke_off_is_named_and_gone_on_with(
    city: tuple[Cluster, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stack = city
    passwords = CityFolder(stack.data)
    reloads = iter(range(100))

    async def breaks_off(_nodes: object) -> bool:
        if next(reloads) == 1:
            raise ConnectionError("the operator's machine goes away")
        return True

    async with publishing(cluster, stack) as seen:
        with monkeypatch.context() as patched:
            patched.setattr("infra.keys.routes._is_whole", breaks_off)
            with pytest.raises(ConnectionError):
                await asyncio.to_thread(begin, stack, "routes")
        assert keys_in_change(stack) == ["routes"], "one node shows the new one, two show the old one"
        with pytest.raises(StackError, match="tongxin keys finish routes"):
            await asyncio.to_thread(begin, stack, "routes")
        said = await asyncio.to_thread(finish, stack, "routes")
    assert "各节点都使用 passwords/routes 中的口令" in said
    assert keys_in_change(stack) == []
    assert None not in seen.leaders
    known = passwords.password_file(ROUTES_PASSWORD).read_text()
    for name in cluster.nodes:
        shown = set(re.findall(r"//routes:([^@]+)@", (passwords.nats / f"{name}.conf").read_text()))
        assert shown == {known}
    assert finish(stack, "routes") == ["节点之间的口令没有在更换"]


@pytest.mark.timeout(120)
def test_nothing_is_begun_while_a_node_is_away(city: tuple[Cluster, Stack]) -> None:
    cluster, stack = city
    file = CityFolder(stack.data).password_file(ROUTES_PASSWORD)
    old = file.read_text()
    cluster.kill("nats-2")
    try:
        with pytest.raises(StackError, match="nats-2 没有应答"):
            begin(stack, "routes")
        assert file.read_text() == old
    finally:
        cluster.start_node("nats-2")
        until(cluster.is_whole, "the cluster is whole again", 30)


@pytest.mark.timeout(120)
def test_a_node_that_died_on_the_way_comes_back_with_the_new_password(
    city: tuple[Cluster, Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, stack = city
    monkeypatch.setattr("infra.keys.routes.SETTLES_FOR", 0)
    monkeypatch.setattr("infra.keys.routes.WHOLE_WITHIN", 1)
    reload = Reached.reload

    async def dies_with_it(node: Reached) -> None:
        await reload(node)
        if node.name == "nats-2":
            cluster.kill("nats-2")

    with monkeypatch.context() as patched:
        patched.setattr(Reached, "reload", dies_with_it)
        with pytest.raises(StackError, match="keys finish routes"):
            begin(stack, "routes")
    monkeypatch.setattr("infra.keys.routes.WHOLE_WITHIN", 30)
    said = finish(stack, "routes")
    assert said[-1] == "nats-2 没有应答：启动（或重新启动）后使用新的口令"
    assert keys_in_change(stack) == []
    cluster.start_node("nats-2")
    until(cluster.is_whole, "the cluster is whole again", 30)
    assert begin(stack, "routes")[-1] == "节点之间的旧口令不再有效"
