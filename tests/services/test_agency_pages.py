"""Agencies as an administrator meets them in the browser, and the documented receiver at the other end."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx

from chassis.ids import new_id
from infra.local.ports import free_port
from infra.local.stack import Stack
from tests.house import House, person
from tests.portal_at_work import Visitor, signed_in
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until, until_async
from tests.webhooks_at_work import deliveries, in_state, receiver
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import WebhookState

COMMITTEE = "361600"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "webhook_receiver.py"


async def subscribed(browser: Visitor, agency: str, road: str = "webhook", **more: object) -> UUID:
    """Fill in the form; the subscription's id from where it leads."""
    await browser.open("/agencies")
    fields = {
        "subscription_id": str(new_id()), "agency": agency, "agency_name": "清源县督查室", "events": ["proposals.*"],
        "clearance": "public", "road": road, "committee": "",
    }  # fmt: skip
    response = await browser.send("/agencies", **(fields | more))
    assert response.status_code == 303, response.text
    return UUID(response.headers["location"].removeprefix("/agencies/"))


async def set_address(browser: Visitor, subscription: UUID, url: str) -> str:
    """Fill in the address; the secret that the page shows."""
    page = await browser.open(f"/agencies/{subscription}")
    offered = re.search(r'name="secret" value="(whsec_[^"]+)"', page.text)
    assert offered
    secret = unescape(offered[1])
    shown = await browser.send(f"/agencies/{subscription}", action="webhook", url=url, secret=secret)
    assert shown.status_code == 200, shown.text
    assert secret in unescape(shown.text)
    assert "只显示这一次" in shown.text
    again = await browser.open(f"/agencies/{subscription}")
    assert secret not in unescape(again.text)
    return secret


class Program:
    """The documented receiver, running."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port, self.lines = process, port, list[str]()
        self._reading = Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(self.process.stdout)

    @property
    def said(self) -> str:
        """Everything so far."""
        return "".join(self.lines)

    def end(self) -> None:
        """As a service manager would."""
        self.process.terminate()
        self.process.wait(10)
        self._reading.join()


@contextmanager
def running(port: int, *secrets: str) -> Iterator[Program]:
    """The receiver with nothing of this tree in reach."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "WEBHOOK_SECRET": " ".join(secrets)}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(EXAMPLE), str(port)], env=environment | {"PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
    )  # fmt: skip
    program = Program(process, port)
    try:
        until(lambda: "等待事件" in program.said, "the receiver runs")
        yield program
    finally:
        program.end()


async def test_from_the_form_to_the_documented_receiver(stack: Stack, portal: Stack, house: House) -> None:
    await open_session(house, COMMITTEE)
    port = free_port()
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as browser:
        subscription = await subscribed(browser, "documented")
        secret = await set_address(browser, subscription, f"http://127.0.0.1:{port}/in")
        await until_async(lambda: _test_failed(house, subscription), "nobody listens yet")
        with running(port, secret) as program:
            sent = await browser.send(f"/agencies/{subscription}", action="test")
            assert sent.status_code == 303
            await in_state(house, subscription, COMMITTEE, WebhookState.ACTIVE)
            proposal = await handed_in(
                house, person(Role.MEMBER, committee=COMMITTEE), title="推送给督查室的建议"
            )
            await file(house, proposal, committee=COMMITTEE)
            await until_async(lambda: "推送给督查室的建议" in program.said, "the receiver heard of it")
            assert "提案立案" in program.said
            (event,) = [line.split()[0] for line in program.lines if "推送给督查室的建议" in line]
            since = "2026-01-01T00:00"
            replayed = await browser.send(
                f"/agencies/{subscription}", action="replay", replay_id=str(new_id()), since=since, until=""
            )
            assert replayed.status_code == 303, replayed.text
            await until_async(lambda: _repeated(house, subscription), "it was posted again")
            assert program.said.count(event) == 1, "the receiver knew it again"
            async with httpx.AsyncClient() as stranger:
                forged = await stranger.post(f"http://127.0.0.1:{port}/in", json={"id": "x"})
            assert forged.status_code == 401
            page = await browser.open(
                f"/agencies/{subscription}?event=proposals.proposal_filed&state=delivered"
            )
            assert "推送给督查室的建议" in page.text
            assert "已重送 1 次" in page.text
            assert "对方已接收（204）" in page.text


async def _test_failed(house: House, subscription: UUID) -> bool:
    return bool((await deliveries(house, subscription, COMMITTEE)).dead)


async def _repeated(house: House, subscription: UUID) -> bool:
    page = await deliveries(house, subscription, COMMITTEE, event="proposals.proposal_filed")
    return all(one.repeats == 1 and len(one.attempts) == 2 for one in page.deliveries)


async def test_what_is_typed_wrong_is_said_beside_its_field(stack: Stack, portal: Stack) -> None:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as browser:
        await browser.open("/agencies")
        refused = await browser.send(
            "/agencies", subscription_id=str(new_id()), agency="督查室", agency_name="督查室", clearance="public",
            road="webhook",
        )  # fmt: skip
        assert refused.status_code == 422
        assert "请填写标识" in refused.text
        assert "请至少选择一类事件" in refused.text
        assert 'value="督查室"' in refused.text
        subscription = await subscribed(browser, "typed_wrong")
        page = await browser.open(f"/agencies/{subscription}")
        secret = unescape(re.findall(r'name="secret" value="(whsec_[^"]+)"', page.text)[0])
        for url in ("https://10.0.0.1/in", "http://example.org/in", "https://example.org:22/in"):
            refused = await browser.send(
                f"/agencies/{subscription}", action="webhook", url=url, secret=secret
            )
            assert refused.status_code == 422, url
            assert f'value="{url}"' in refused.text
        nothing = await browser.send(
            f"/agencies/{subscription}", action="replay", replay_id=str(new_id()), since="2020-01-01T00:00", until=""
        )  # fmt: skip
        assert nothing.status_code == 422
        assert "没有可以重放的事件" in nothing.text


async def test_a_subscription_is_changed_rotated_and_ended(stack: Stack, portal: Stack, house: House) -> None:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as browser, receiver() as inbox:
        subscription = await subscribed(browser, "changed", events=["proposals.proposal_filed"])
        first = await set_address(browser, subscription, inbox.url)
        await in_state(house, subscription, COMMITTEE, WebhookState.ACTIVE)
        page = await browser.open(f"/agencies/{subscription}")
        second = unescape(re.findall(r'name="secret" value="(whsec_[^"]+)"', page.text)[0])
        rotated = await browser.send(f"/agencies/{subscription}", action="rotate", secret=second)
        assert second in unescape(rotated.text)
        await browser.send(f"/agencies/{subscription}", action="test")
        await until_async(lambda: len(inbox.got) == 2, "a second test was posted")
        assert inbox.got[1].verifies(first)
        assert inbox.got[1].verifies(second)
        answer = await deliveries(house, subscription, COMMITTEE)
        changed = await browser.send(
            f"/agencies/{subscription}", action="change", expected_version=str(answer.version), agency_name="督查室新名",
            events=["proposals.proposal_filed", "consultation.topic_taken"], clearance="internal", road="webhook",
        )  # fmt: skip
        assert changed.status_code == 303, changed.text
        page = await browser.open(f"/agencies/{subscription}")
        assert "督查室新名" in page.text
        ended = await browser.send(f"/agencies/{subscription}", action="end", reason="职能调整")
        assert ended.status_code == 303
        assert "督查室新名" not in (await browser.open("/agencies")).text


async def test_staff_see_agencies_and_change_nothing(stack: Stack, portal: Stack, house: House) -> None:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as admin:
        subscription = await subscribed(admin, "only_seen", road="account")
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=COMMITTEE) as officer:
        seen = await officer.open("/agencies")
        assert seen.status_code == 200
        assert "订阅一家机构" not in seen.text
        refused = await officer.send(f"/agencies/{subscription}", action="end", reason="无权")
        assert refused.status_code == 403


async def test_rest_offers_the_same(stack: Stack, portal: Stack) -> None:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as browser:
        document = json.loads((await browser.client.get("/api/openapi.json")).text)
        offered = set(document["paths"])
        for name in ("set_webhook", "rotate_secret", "send_test_event", "replay_events", "redeliver_event"):
            assert f"/api/v1/notify/{name}" in offered
        assert "/api/v1/notify/agency_deliveries" in offered
