"""What tests do again and again at the portal's door: make an account, sign in, fill in forms, ask over REST."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.ids import new_id
from infra.local.stack import Stack
from services.portal.accounts.records import add_account
from tests.house import COUNTY
from tongxin_contracts.message import Command, Request
from tongxin_contracts.permissions import Role

PASSWORD = "明月松间照-2026"
_PAGE = {"accept": "text/html"}


@dataclass(slots=True)
class Visitor:
    """A browser without a face: keeps its cookies, follows no redirect by itself."""

    client: httpx.AsyncClient
    csrf: str = ""
    """Of the last page that had one."""
    person_id: UUID = field(default_factory=new_id)

    async def open(self, path: str, **options: Any) -> httpx.Response:
        """Get a page."""
        response = await self.client.get(path, headers=_PAGE, **options)
        self._learn(response)
        return response

    async def send(self, path: str, _files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form as its page would: with the session's secret and an id."""
        form = {"csrf": self.csrf, "command_id": str(new_id())} | fields
        response = await self.client.post(path, data=form, files=_files, headers=_PAGE)
        self._learn(response)
        return response

    async def sign_in(self, login: str, password: str = PASSWORD, **fields: Any) -> httpx.Response:
        """Fill in the form of the first page; the next page is opened too, for its secret."""
        response = await self.send("/login", login=login, password=password, **fields)
        if response.status_code == 303:
            await self.open("/password")
        return response

    async def ask(self, request: Request, request_id: UUID | None = None) -> httpx.Response:
        """A command or query over REST."""
        path = f"/api/v1/{request.service}/{request.message_name}"
        body = request.model_dump(mode="json", exclude_none=True)
        if not isinstance(request, Command):
            plain = {
                name: json.dumps(value) if isinstance(value, dict) else value for name, value in body.items()
            }
            return await self.client.get(path, params=plain)
        return await self.post(path, json=body, request_id=request_id)

    async def post(self, path: str, request_id: UUID | None = None, **options: Any) -> httpx.Response:
        """A change over REST, with whatever body."""
        headers = {"idempotency-key": str(request_id or new_id()), "x-csrf-token": self.csrf}
        return await self.client.post(path, headers=headers | options.pop("headers", {}), **options)

    def _learn(self, response: httpx.Response) -> None:
        found = re.search(r'name="csrf" value="([^"]+)"', response.text)
        self.csrf = found[1] if found else self.csrf


@asynccontextmanager
async def visitor(stack: Stack, **options: Any) -> AsyncIterator[Visitor]:
    """Somebody who has not signed in."""
    base = options.pop("base_url", f"http://127.0.0.1:{stack.ports.portal}")
    # The server gives idle connections up after five seconds, and httpx as well: whoever is later must not lose a request.
    options.setdefault("limits", httpx.Limits(max_connections=50, keepalive_expiry=2))
    async with httpx.AsyncClient(base_url=base, timeout=20, **options) as client:
        yield Visitor(client)


@asynccontextmanager
async def signed_in(stack: Stack, *roles: Role, committee: str = COUNTY) -> AsyncIterator[Visitor]:
    """Somebody with these roles, in a browser of their own."""
    async with visitor(stack) as somebody:
        login = await account(stack, *roles, committee=committee, person_id=somebody.person_id)
        response = await somebody.sign_in(login)
        assert response.status_code == 303, response.text
        yield somebody


async def account(
    stack: Stack,
    *roles: Role,
    committee: str = COUNTY,
    person_id: UUID | None = None,
    must_change: bool = False,
    name: str = "程远",
) -> str:
    """Make an account; its login."""
    login = f"test-{new_id()}"
    async with portal_database(stack) as tx:
        await add_account(
            tx,
            login=login,
            name=name,
            person_id=person_id or new_id(),
            committee=committee,
            roles=roles,
            password=PASSWORD,
            must_change=must_change,
            now=SystemClock().now(),
        )
    return login


@asynccontextmanager
async def portal_database(stack: Stack) -> AsyncIterator[Transaction]:
    """A transaction with the rights the portal itself has."""
    opened = Database(stack.database_url("portal", "app"), pool_size=1)
    try:
        async with opened.transaction() as tx:
            yield tx
    finally:
        await opened.close()


async def rows(stack: Stack, statement: str, **values: Any) -> list[Any]:
    """What a statement finds in, or returns from, the portal's database."""
    async with portal_database(stack) as tx:
        return list(await tx.sql.execute(text(statement), values))


def words(response: httpx.Response) -> str:
    """A page's text as people read it, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """The problem an answer is; everything that must hold for each of them is checked here."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["type"].startswith("urn:tongxin:problem:")
    assert re.search(r"[\u4e00-\u9fff]", found["title"])
    assert found.get("trace_id", "") == response.headers["x-trace-id"]
    assert "Traceback" not in response.text
    assert "site-packages" not in response.text
    return found
