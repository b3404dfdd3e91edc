"""Headers and cookies of every page: each GET of the portal, read from its router, as nobody, as a member, as everybody."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from html.parser import HTMLParser
from typing import Final

import httpx
import pytest
from fastapi import FastAPI

from infra.local.stack import Stack
from services.portal.guards import Guards
from services.portal.render import CONTENT_SECURITY_POLICY
from tests.portal_at_work import Visitor, signed_in, visitor
from tests.services.doors import Way, ways
from tongxin_contracts.permissions import Role

ALWAYS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer of the application carries; built assets alone may be kept by browsers."""
ENDLESS: Final = ("/live/events",)


class Inline(HTMLParser):
    """What a page would run or style by itself, against its policy."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") not in ("application/json",):
            self.found.append("script")
        if tag == "style":
            self.found.append("style")
        for name, value in attrs:
            if (
                name.startswith("on")
                or name == "style"
                or (value or "").strip().lower().startswith("javascript:")
            ):
                self.found.append(f"{tag} {name}")
            if name in ("src", "href", "action") and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"{tag} {name} leads away")


@pytest.fixture(scope="module")
async def people(portal: Stack) -> AsyncIterator[dict[str, Visitor]]:
    async with AsyncExitStack() as opened:
        yield {
            "nobody": await opened.enter_async_context(visitor(portal)),
            "a member": await opened.enter_async_context(signed_in(portal, Role.MEMBER)),
            "every role": await opened.enter_async_context(signed_in(portal, *Role)),
        }


async def answer(somebody: Visitor, way: Way) -> httpx.Response:
    """The answer; of one that never ends its beginning."""
    headers = {"accept": "text/html"}
    if way.path not in ENDLESS:
        return await somebody.client.get(way.filled(), headers=headers)
    async with somebody.client.stream("GET", way.filled(), headers=headers) as begun:
        return httpx.Response(begun.status_code, headers=begun.headers, text="")


@pytest.mark.parametrize("who", ["nobody", "a member", "every role"])
async def test_every_page_carries_its_headers_and_nothing_inline(
    people: dict[str, Visitor], who: str
) -> None:
    faults = []
    for way in ways("GET"):
        response = await answer(people[who], way)
        faults += [
            f"{way.path}: {name} is {response.headers.get(name)!r}"
            for name, value in ALWAYS.items()
            if response.headers.get(name) != value
        ]
        if response.status_code >= 500:
            faults.append(f"{way.path}: {response.status_code}")
        if "strict-transport-security" in response.headers:
            faults.append(f"{way.path}: HSTS over http")
        if "server" in response.headers or "x-powered-by" in response.headers:
            faults.append(f"{way.path}: says what it is made of")
        faults += [f"{way.path}: cookie {cookie}" for cookie in wrong_cookies(response, secure=False)]
        if response.headers.get("content-type", "").startswith("text/html"):
            parser = Inline()
            parser.feed(response.text)
            faults += [f"{way.path}: inline {what}" for what in parser.found]
    assert faults == []


def wrong_cookies(response: httpx.Response, *, secure: bool) -> list[str]:
    """Cookies without the flags they need."""
    found = []
    for cookie in response.headers.get_list("set-cookie"):
        parts = {part.strip().partition("=")[0].lower(): part.strip() for part in cookie.split(";")[1:]}
        right = (
            "httponly" in parts
            and parts.get("samesite", "").lower() == "samesite=lax"
            and "domain" not in parts
        )
        if secure:
            right = (
                right and "secure" in parts and cookie.startswith("__Host-") and parts.get("path") == "Path=/"
            )
        if not right:
            found.append(cookie)
    return found


async def test_cookies_of_signing_in_and_out_carry_their_flags(portal: Stack) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody:
        out = await somebody.send("/logout")
        assert out.headers.get_list("set-cookie")
        assert wrong_cookies(out, secure=False) == []


async def test_over_https_browsers_are_told_to_stay_there() -> None:
    application = FastAPI(openapi_url=None)
    guards = Guards(application, application, public_url="https://tongxin.example.cn")
    transport = httpx.ASGITransport(app=guards)
    async with httpx.AsyncClient(transport=transport, base_url="https://tongxin.example.cn") as client:
        response = await client.get("/nowhere")
    assert response.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_a_file_to_download_is_never_shown_as_a_page(people: dict[str, Visitor]) -> None:
    for path in ("/members/export", "/members/import/template.xlsx", "/duty/calendar.ics"):
        response = await people["every role"].client.get(path)
        if response.status_code == 200:
            assert not response.headers["content-type"].startswith("text/html"), path
