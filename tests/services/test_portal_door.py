"""What holds for every answer of the portal, whatever was asked: headers, problems in words, what operators count."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest

from chassis.bus import Caller
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.files import Files
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Unavailable
from infra.local.ports import free_ports
from infra.local.stack import Stack
from services.portal.application import make_application
from services.portal.assets.manifest import Manifest
from services.portal.live.hints import Hints
from services.portal.live.processes import ProcessWatch
from services.portal.portal import Portal
from services.portal.render import Renderer
from services.portal.settings import PortalSettings
from tests.house import COUNTY
from tests.portal_at_work import Visitor, account, problem, signed_in, visitor, words
from tests.waiting import until
from tongxin_contracts.message import Answer, Request
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role

EVERYWHERE = {
    "content-security-policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MB = 1024 * 1024


@pytest.fixture(scope="module")
async def member(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBER) as somebody:
        yield somebody


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/login", 200),
        ("GET", "/work", 200),
        ("GET", "/", 303),
        ("GET", "/no/such/page", 404),
        ("GET", "/members", 403),
        ("DELETE", "/work", 405),
        ("GET", "/api/openapi.json", 200),
        ("GET", "/api/v1/no/such", 404),
        ("GET", "/assets/no-such.js", 404),
        ("GET", "/assets/../service.py", 404),
        ("GET", "/members/not-an-id", 404),
        ("GET", "/members/me?year=soon", 400),
        ("GET", "/proposals?after=garbage", 200),
        ("GET", "/notices?after=garbage", 400),
        ("GET", "/topics/", 307),
    ],
)
async def test_every_answer_carries_the_same_protection_and_its_trace(
    member: Visitor, method: str, path: str, status: int
) -> None:
    answer = await member.client.request(method, path, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert EVERYWHERE.items() <= dict(answer.headers).items()
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-trace-id"])
    assert "server" not in answer.headers
    if path.startswith("/api/v1"):
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    elif status >= 400:
        assert answer.headers["content-type"].startswith("text/html")
        assert re.search("[一-鿿]{4}", words(answer))
        assert answer.headers["x-trace-id"] in answer.text, "people can quote it"


async def test_no_page_is_kept_by_caches_and_every_built_file_is(member: Visitor) -> None:
    page = await member.open("/work")
    assert page.headers["cache-control"] == "no-store"
    files = re.findall(r'(?:src|href)="(/assets/[^"#]+)"', page.text)
    assert files
    for file in files:
        kept = await member.client.get(file)
        assert kept.status_code == 200
        assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_no_page_holds_script_or_style_or_anything_from_elsewhere(portal: Stack) -> None:
    async with signed_in(portal, *Role) as somebody:
        for path in ("/work", "/proposals", "/proposals/new", "/review", "/members", "/members/import", "/notices",
                     "/topics", "/agencies", "/accounts", "/live", "/password", "/members/me"):  # fmt: skip
            page = await somebody.open(path)
            assert page.status_code in (200, 404), (path, words(page))
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text), path
            assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.text), path


async def test_a_page_that_is_not_there_is_told_to_programs_as_a_problem(member: Visitor) -> None:
    problem(await member.client.get("/no/such/page"), 404)


async def test_a_form_too_large_is_refused_on_a_page(member: Visitor) -> None:
    answer = await member.send("/proposals/new", facts="x" * MB)
    assert answer.status_code == 413
    assert "提交的内容过大" in words(answer)


async def test_a_form_with_thousands_of_fields_is_refused_on_a_page(member: Visitor) -> None:
    answer = await member.send("/proposals/new", **{f"f{n}": "x" for n in range(3000)})
    assert answer.status_code == 400
    assert "格式不正确" in words(answer)


# -- when something behind the door fails -----------------------------------------------------------------------------


class Failing:
    """In place of the way to the services: everything fails in one way, except the numbers in the frame."""

    def __init__(self, error: Exception, *, frame: bool) -> None:
        self._error = error
        self._frame = frame

    async def call(self, request: Request, _actor: Actor, _request_id: UUID, **_options: Any) -> Answer:
        if isinstance(request, MyWork) and self._frame:
            return MyWorkAnswer(todos=[], notices=[], unread=3, as_of=SystemClock().now())
        raise self._error


@asynccontextmanager
async def with_failing_services(
    stack: Stack, error: Exception, *, frame: bool = True
) -> AsyncIterator[Visitor]:
    """Somebody signed in at a portal whose services fail; nothing may be raised into the server."""
    named = {
        key.removeprefix("TONGXIN_").lower(): value for key, value in stack.environment("portal").items()
    }
    database = Database(stack.database_url("portal", "app"), pool_size=2)
    application = make_application(
        Portal(
            settings=PortalSettings.model_validate(
                {name: named[name] for name in PortalSettings.model_fields if name in named}
                | {"service_health": {}}
            ),
            database=database,
            caller=cast("Caller", Failing(error, frame=frame)),
            files=cast("Files", None),
            clock=SystemClock(),
            renderer=Renderer(Manifest.load()),
            hints=Hints(),
            processes=ProcessWatch({}),
        )
    )
    try:
        async with visitor(
            stack, transport=httpx.ASGITransport(app=application), base_url=stack.public_url
        ) as somebody:
            await somebody.sign_in(await account(stack, Role.MEMBER))
            yield somebody
    finally:
        await database.close()


async def test_a_fault_says_nothing_of_the_inside(portal: Stack) -> None:
    async with with_failing_services(portal, RuntimeError("the secret inside")) as somebody:
        page = await somebody.open("/topics")
        assert page.status_code == 500
        assert "系统出现故障" in words(page)
        api = await somebody.client.get("/api/v1/consultation/topics", params={"committee": COUNTY})
        problem(api, 500)
        assert "secret" not in page.text + api.text
        assert EVERYWHERE.items() <= dict(page.headers).items()


async def test_a_service_that_is_away_is_said_so_and_nothing_that_was_typed_is_lost(portal: Stack) -> None:
    async with with_failing_services(portal, Unavailable()) as somebody:
        assert "系统暂时繁忙" in words(await somebody.open("/topics"))
        problem(await somebody.client.get("/api/v1/consultation/topics", params={"committee": COUNTY}), 503)
        form = await somebody.send(
            "/proposals/new", draft_id=str(new_id()), title="关于𠮷祥里", facts="第一行", action="submit"
        )
        assert form.status_code == 503
        assert 'value="关于𠮷祥里"' in form.text
        assert "第一行" in form.text
        assert "内容未丢失" in words(form)


async def test_a_page_is_shown_without_the_numbers_of_its_frame_when_those_are_away(portal: Stack) -> None:
    async with with_failing_services(portal, Unavailable(), frame=False) as somebody:
        assert (await somebody.open("/proposals/new")).status_code == 200


# -- what operators see ------------------------------------------------------------------------------------------------


async def test_metrics_name_templates_and_never_what_a_caller_made_up(portal: Stack, member: Visitor) -> None:
    await member.open(f"/proposals/{new_id()}")
    await member.open(f"/invented/{new_id()}")
    await member.client.request("INVENTED", "/work")
    async with visitor(portal, base_url=f"http://127.0.0.1:{portal.ports.health['portal']}") as operator:
        shown = (await operator.client.get("/metrics")).text
    labels = re.findall(
        r'tongxin_http_seconds_count\{method="([^"]+)",route="([^"]+)",status="([^"]+)"\}', shown
    )
    assert ("GET", "/proposals/{proposal_id}", "4xx") in labels
    assert ("GET", "unmatched", "4xx") in labels
    assert ("other", "/work", "4xx") in labels
    assert not [route for _, route, _ in labels if re.search("[0-9a-f]{8}-|invented", route)]


async def test_one_request_is_one_trace_named_by_its_template(portal: Stack, data_folder: Path) -> None:
    ports, spans = free_ports(), data_folder / "spans.jsonl"
    process = portal.start_service(
        "portal",
        {
            "TONGXIN_PORTAL_PORT": str(ports.portal),
            "TONGXIN_HEALTH_PORT": str(ports.health["portal"]),
            "TONGXIN_TRACES": f"file:{spans}",
            "TONGXIN_TRACE_RATIO": "1",
        },
    )
    try:
        async with visitor(portal, base_url=f"http://127.0.0.1:{ports.portal}") as somebody:
            await somebody.sign_in(await account(portal, Role.MEMBER))
            trace = (await somebody.open(f"/proposals/{new_id()}")).headers["x-trace-id"]
    finally:
        process.stop()
    until(lambda: trace in spans.read_text(), "the spans are written")
    mine = [line for line in spans.read_text().splitlines() if trace in line]
    names = {found[1] for line in mine if (found := re.search(r'"name": "([^"]+)"', line))}
    assert {"GET /proposals/{proposal_id}", "send qry.proposals.proposal"} <= names
