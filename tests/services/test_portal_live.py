"""What open pages are told while they are open, and how the five processes look."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nats.aio.msg import Msg

from infra.local.ports import free_ports
from infra.local.stack import Stack
from services.portal.live.hints import Hints, Viewer, frames
from tests.house import BESIDE, COUNTY, House, person
from tests.portal_at_work import Visitor, signed_in, visitor, words
from tests.proposals_at_work import handed_in, open_session
from tongxin_contracts.permissions import Role

QUIET = "340977"
"""Nothing happens here but what the test does."""


@pytest.fixture(scope="module", autouse=True)
async def _session(portal: Stack, house: House) -> None:
    for committee in (COUNTY, BESIDE):
        await open_session(house, committee)


@asynccontextmanager
async def looking(somebody: Visitor) -> AsyncIterator[AsyncIterator[str]]:
    """An open page's line of hints, listening once this is entered."""
    async with somebody.client.stream("GET", "/live/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        lines = response.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        yield lines


async def kinds_until(lines: AsyncIterator[str], *kinds: str) -> set[str]:
    """The kinds told until all of these are."""
    seen: set[str] = set()
    async with asyncio.timeout(10):
        async for line in lines:
            if line.startswith("data: "):
                frame: dict[str, Any] = json.loads(line.removeprefix("data: "))
                assert set(frame) == {"kind"}, "a hint says that, never what"
                seen.add(frame["kind"])
            if seen.issuperset(kinds):
                return seen
    raise AssertionError("the line ended")


async def test_an_open_page_is_told_what_changed_in_its_committee(portal: Stack, house: House) -> None:
    async with signed_in(portal, Role.PROPOSALS_OFFICE) as reviewer, looking(reviewer) as lines:
        await handed_in(house, person(Role.MEMBER))
        await kinds_until(lines, "proposal", "task")


async def test_an_open_page_is_told_nothing_of_another_committee(portal: Stack, house: House) -> None:
    async with (
        signed_in(portal, Role.PROPOSALS_OFFICE, committee=QUIET) as somebody,
        signed_in(portal, Role.PROPOSALS_OFFICE, committee=BESIDE) as another,
        looking(somebody) as quiet,
        looking(another) as busy,
    ):
        await handed_in(house, person(Role.MEMBER, committee=BESIDE))
        await kinds_until(busy, "task")
        await open_session(house, QUIET)
        assert await kinds_until(quiet, "session") == {"session"}, "the first that happens here"


async def test_hints_need_a_session(portal: Stack) -> None:
    async with visitor(portal) as stranger:
        assert (await stranger.client.get("/live/events")).status_code == 401


async def test_a_process_with_open_pages_stops_at_once(portal: Stack) -> None:
    ports = free_ports()
    process = portal.start_service(
        "portal",
        {"TONGXIN_PORTAL_PORT": str(ports.portal), "TONGXIN_HEALTH_PORT": str(ports.health["portal"])},
    )
    async with signed_in(portal, Role.MEMBER) as somebody:
        somebody.client.base_url = f"http://127.0.0.1:{ports.portal}"
        async with looking(somebody) as lines:
            async with asyncio.timeout(8):
                await asyncio.to_thread(process.stop)
            assert not [line async for line in lines if line.startswith("data:")]


async def test_a_slow_viewer_is_told_each_kind_once_and_none_is_lost() -> None:
    viewer = Viewer()
    for n in range(1000):
        viewer.tell(f"kind {n % 3}")
    assert sorted(await viewer.wait(1)) == ["kind 0", "kind 1", "kind 2"]
    assert await viewer.wait(0.01) == []


async def test_a_line_ends_after_its_time_and_leaves_nobody_behind() -> None:
    hints = Hints()
    told = [frame async for frame in frames(hints, COUNTY, longest=0.05)]
    assert told == [b"retry: 2000\n\n", b": still here\n\n"]
    await hints._on_hint(cast("Msg", SimpleNamespace(subject=f"hint.{COUNTY}.members", data=b"member")))
    assert not hints._viewers


async def test_the_live_page_shows_five_processes_and_which_one_is_away(portal: Stack) -> None:
    async with signed_in(portal, Role.ADMIN) as admin:
        shown = words(await admin.open("/live"))
        for label in ("委员服务", "提案服务", "协商服务", "通知服务", "门户"):
            assert label in shown
    ports = free_ports()
    health = {
        "members": f"http://127.0.0.1:{ports.nats}",
        "portal": f"http://127.0.0.1:{portal.ports.health['portal']}",
    }
    process = portal.start_service(
        "portal",
        {
            "TONGXIN_PORTAL_PORT": str(ports.portal),
            "TONGXIN_HEALTH_PORT": str(ports.health["portal"]),
            "TONGXIN_SERVICE_HEALTH": json.dumps(health),
        },
    )
    try:
        async with signed_in(portal, Role.ADMIN) as admin:
            admin.client.base_url = f"http://127.0.0.1:{ports.portal}"
            shown = words(await admin.open("/live"))
            assert "没有响应" in shown
            assert "未配置健康检查地址" in shown
    finally:
        process.stop()
