"""Changes the password by which a city's nodes let each other in, under a cluster that goes on working.

A node knows one password and shows one. So first every node asks for the new one and still shows the old: what is
connected stays, because a node cuts at a reload only routes that it does not dial itself. Then one node after the other
shows the new one: it drops its routes and has them back within the second, while the other two are together.
Always holds: at most one node is alone, and only while it dials; the next one begins when every node has its routes and
finds its streams well; whatever breaks it off, `finish` goes on where it stands (`passwords/routes.dialled` says where).
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from nats.errors import Error as NatsError

from infra.city.every_node import Reached, every_node
from infra.city.folder import ROUTES_DIALLED, ROUTES_PASSWORD, CityFolder
from infra.local.blocking import blocking
from infra.local.private_files import write_private
from infra.local.problems import StackError
from infra.local.stack import Stack

WHOLE_WITHIN: Final = 60.0
"""Seconds for a node to have its routes again and to find its streams current: it takes one or two."""
WELL_WITHIN: Final = 10.0
"""Seconds that a cluster may take to be well before anything is begun: nodes that have just started need some."""
SETTLES_FOR: Final = 2.0
"""Seconds that it must have been whole before the next node is alone: a route that lost a race is dialled again after
one, and a leader sends what a follower missed with its next heartbeats, each second."""
_LOOK_EVERY: Final = 0.1


def change_routes(stack: Stack) -> list[str]:
    """Give the routes a new password; refuses unless every node is there and well. Returns what was done."""
    return blocking(_change(_city(stack), stack))


def finish_routes(stack: Stack) -> list[str]:
    """Go on with a change that broke off; nodes that are away read the new files when they start."""
    return blocking(_finish(_city(stack), stack))


def _city(stack: Stack) -> CityFolder:
    city = CityFolder(stack.data)
    if stack.embeds_nats or not city.password_file(ROUTES_PASSWORD).exists():
        raise StackError("这里的总线只有一个节点，节点之间没有口令。")
    return city


async def _change(city: CityFolder, stack: Stack) -> list[str]:
    asked, dialled = city.password_file(ROUTES_PASSWORD), city.password_file(ROUTES_DIALLED)
    if dialled.exists():
        raise StackError("上一次更换节点之间的口令没有做完：先运行 tongxin keys finish routes。")
    async with every_node(stack.nats_url, stack.keys) as nodes:
        names = {node.name for node in nodes}
        missing = [node.name for node in stack.nodes if node.name not in names]
        if missing:
            raise StackError(f"{'、'.join(missing)} 没有应答：所有节点都正常时才能更换节点之间的口令。")
        await _until(lambda: _is_whole(nodes), "集群不完整，没有做任何改动；看 tongxin doctor", WELL_WITHIN)
        unsettled = "节点之间的连接还没有稳定，没有做任何改动；过一分钟再试"
        await _until(lambda: _keep_their_routes(nodes), unsettled, WELL_WITHIN)
        write_private(
            dialled, asked.read_bytes()
        )  # first of all: whatever comes, it is known what nodes show
        write_private(asked, secrets.token_urlsafe(24).encode())
        return [*await _carry_out(city, stack, nodes), "节点之间的旧口令不再有效"]


async def _finish(city: CityFolder, stack: Stack) -> list[str]:
    if not city.password_file(ROUTES_DIALLED).exists():
        return ["节点之间的口令没有在更换"]
    async with every_node(stack.nats_url, stack.keys) as nodes:
        if not nodes:
            raise StackError("没有一个节点应答。")
        names = {node.name for node in nodes}
        missing = [node.name for node in stack.nodes if node.name not in names]
        said = [*await _carry_out(city, stack, nodes), "各节点都使用 passwords/routes 中的口令"]
    if missing:
        said.append(f"{'、'.join(missing)} 没有应答：启动（或重新启动）后使用新的口令")
    return said


async def _carry_out(city: CityFolder, stack: Stack, nodes: Sequence[Reached]) -> list[str]:
    """Both steps, from wherever an earlier run came to; run twice, it changes nothing the second time."""
    asked, dialled = city.password_file(ROUTES_PASSWORD), city.password_file(ROUTES_DIALLED)
    if dialled.read_bytes() != asked.read_bytes():
        stack.write_bus_config()
        for node in nodes:
            await node.reload()
        write_private(dialled, asked.read_bytes())
    stack.write_bus_config()
    said = []
    for node in nodes:
        await node.reload()
        broken = f"{node.name} 之后集群没有恢复；恢复后运行 tongxin keys finish routes"
        await _until(lambda: _is_whole(nodes), broken, WHOLE_WITHIN, lasting=SETTLES_FOR)
        said.append(f"{node.name} 已改用新的口令，集群完整")
    dialled.unlink()
    return said


async def _is_whole(nodes: Sequence[Reached]) -> bool:
    """Whether each has as many routes to every other as to any, and finds itself well."""
    names = {node.name for node in nodes}
    for node in nodes:
        routes = await node.routes()
        others = {routes[name] for name in names - {node.name}}
        if 0 in others or len(others) > 1 or not await node.is_well():
            return False
    return True


async def _keep_their_routes(nodes: Sequence[Reached]) -> bool:
    return all([await node.keeps_its_routes() for node in nodes])


async def _until(
    holds: Callable[[], Awaitable[bool]], otherwise: str, limit: float, lasting: float = 0
) -> None:
    """Return when it holds, and has held each time for so long; raises StackError after the limit."""
    now = asyncio.get_running_loop().time
    deadline, since = now() + limit, None
    while True:
        held = False
        with suppress(NatsError, TimeoutError):  # an answer that stays away is not well either
            held = await holds()
        since = (since or now()) if held else None
        if since is not None and now() - since >= lasting:
            return
        if now() > deadline:
            raise StackError(f"{otherwise}。")
        await asyncio.sleep(_LOOK_EVERY)
