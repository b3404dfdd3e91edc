"""One trace id from a person's click in Chromium to both roads that lead out: an agency's own account and a webhook's receiver.

The page is the portal's own, its scripts run, its form is sent by the browser. What a person reads at the foot of a page is the
id an operator finds the whole way by.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
from playwright.async_api import Browser, Page, async_playwright

from chassis.telemetry import trace_of
from infra.local.agencies import Credentials
from services.portal.assets.build import build
from tests.agencies_at_work import add, read, subscribe
from tests.browser.gallery import CHROMIUM, QUIET
from tests.house import BESIDE, House, person
from tests.portal_at_work import PASSWORD, account
from tests.proposals_at_work import handed_in, open_session
from tests.waiting import until, until_async
from tests.watching.conftest import Watched
from tests.watching.test_traces import of_trace
from tests.webhooks_at_work import Receiver, new_secret, receiver, set_webhook, subscribe_webhook
from tongxin_contracts.envelope import TRACEPARENT
from tongxin_contracts.permissions import Role

ACCOUNT, WEBHOOK = "from_browser", "from_browser_webhook"
EVENT = "evt.{committee}.proposals.proposal_filed.v1"
WAY = {
    ("portal", "POST /review"),
    ("portal", "send cmd.proposals.file_proposal"),
    ("proposals", "process cmd.proposals.file_proposal"),
    ("proposals", f"send {EVENT}"),
    ("members", f"process {EVENT}"),
    ("consultation", f"process {EVENT}"),
    ("notify", f"process {EVENT}"),
    ("notify", "send agency.{agency}.proposal_filed.v1"),
    ("notify", "post webhook"),
}
"""From the page's form through the command, the relay and every reaction to both agencies."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Both roads out, empty."""

    account: Credentials
    inbox: Receiver


@pytest.fixture
async def office(watched: Watched) -> AsyncIterator[House]:
    """Somebody who asks, in a committee that can file."""
    house = await House.open(watched.stack)
    try:
        await open_session(house, BESIDE)
        yield house
    finally:
        await house.close()


@pytest.fixture
async def roads(watched: Watched, office: House) -> AsyncIterator[Roads]:
    credentials = await add(watched.stack, ACCOUNT)
    await subscribe(office, ACCOUNT, committee=BESIDE)
    async with receiver() as inbox:
        webhook = await subscribe_webhook(office, WEBHOOK, BESIDE)
        await set_webhook(office, webhook, BESIDE, inbox.url, new_secret())
        yield Roads(credentials, inbox)


@pytest.fixture
async def officer(watched: Watched) -> AsyncIterator[Page]:
    """The officer's own browser, signed in."""
    await asyncio.to_thread(build)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield await _signed_in(browser, watched)
        await browser.close()


async def _signed_in(browser: Browser, watched: Watched) -> Page:
    login = await account(watched.stack, Role.PROPOSALS_OFFICE, committee=BESIDE)
    context = await browser.new_context(base_url=f"http://127.0.0.1:{watched.stack.ports.portal}")
    page = await context.new_page()
    await page.goto("/login")
    await page.get_by_label("账号").fill(login)
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url("**/work")
    return page


async def _click_file(page: Page) -> str:
    """File what is open on the desk, by key and button; the trace id of the answer to the form."""
    await page.keyboard.press("f")  # the page's own script opens the form
    async with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        await page.get_by_role("button", name="立案", exact=True).last.click()
    answer = await sent.value
    assert answer.request.resource_type == "document", "the browser sent the page's form"
    return str(await answer.header_value("x-trace-id"))


async def test_a_click_and_both_agencies_have_one_trace_id(
    watched: Watched, office: House, roads: Roads, officer: Page
) -> None:
    proposal_id = await handed_in(office, person(Role.MEMBER, committee=BESIDE))
    await officer.goto(f"/review?proposal={proposal_id}")
    trace = await _click_file(officer)
    assert len(trace) == 32

    [received] = await read(roads.account, 1)
    assert received.data["proposal_id"] == str(proposal_id)
    assert trace_of(received.traceparent) == trace

    await until_async(lambda: bool(roads.inbox.events), "the webhook was posted to", limit=20)
    [posted] = roads.inbox.events
    assert posted.event["data"]["proposal_id"] == str(proposal_id)
    assert trace_of(posted.headers[TRACEPARENT]) == trace
    assert trace_of(posted.event["traceparent"]) == trace

    outbox = await asyncpg.connect(watched.stack.database_url("proposals", "worker"))
    try:
        rows = await outbox.fetch("select subject, headers from outbox where aggregate = $1", proposal_id)
    finally:
        await outbox.close()
    [stored] = [json.loads(row["headers"]) for row in rows if ".proposal_filed." in row["subject"]]
    assert trace_of(stored[TRACEPARENT]) == trace

    def missing() -> set[tuple[str, str]]:
        return WAY - {(service, str(span["name"])) for service, span in of_trace(watched, trace)}

    await asyncio.to_thread(until, lambda: not missing(), f"in the trace: {missing()}")
    spans = [span for _service, span in of_trace(watched, trace)]
    assert [span["name"] for span in spans if not span["parent_id"]] == ["POST /review"]
    [post] = [span for span in spans if span["name"] == "post webhook"]
    context = post["context"]
    assert isinstance(context, dict)
    assert posted.headers[TRACEPARENT].split("-")[2] == str(context["span_id"]).removeprefix("0x")


async def test_the_number_on_a_refused_page_leads_the_operator_to_what_was_refused(
    watched: Watched, office: House, officer: Page
) -> None:
    proposal_id = await handed_in(office, person(Role.MEMBER, committee=BESIDE))
    late = await officer.context.new_page()
    for page in (officer, late):
        await page.goto(f"/review?proposal={proposal_id}")
    await _click_file(officer)
    trace = await _click_file(late)
    shown = late.get_by_text("追踪号")
    assert (await shown.last.inner_text()).endswith(trace)
    wanted = {("portal", "POST /review"), ("proposals", "process cmd.proposals.file_proposal")}

    def missing() -> set[tuple[str, str]]:
        return wanted - {(service, str(span["name"])) for service, span in of_trace(watched, trace)}

    await asyncio.to_thread(until, lambda: not missing(), f"in the trace: {missing()}")
