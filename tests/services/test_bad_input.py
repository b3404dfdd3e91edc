"""What nobody should send, sent everywhere: each field of each request, each form of each page.

Made from the catalogue, the router and the templates. Always holds: a clear problem in Chinese with a 4xx, never a fault
of ours, nothing of the inside in the answer, and nothing that was refused has happened.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from chassis.ids import new_id
from infra.local.stack import Stack
from tests.house import COUNTY
from tests.portal_at_work import Visitor, signed_in
from tests.sample_bodies import sample
from tests.services.doors import Way, actions, field_names, pages
from tongxin_contracts import catalogue
from tongxin_contracts.message import Command, Request
from tongxin_contracts.permissions import Role
from tongxin_contracts.subjects import OWNERS

AT_ONCE: Final = 12
INSIDE: Final = re.compile(
    r"Traceback|site-packages|asyncpg|pydantic|sqlalchemy|File \"|postgresql://|nats://", re.I
)
WRONG: Final[dict[str, Any]] = {
    "no text": {"x": 1},
    "a number": 2**70,
    "a list": [None],
    "too long": "长" * 6000,
    "nul": "a\u0000b",
    "astral": "𠮷" * 3000,
    "half a character": "\ud800",
    "a formula": "=cmd|' /C calc'!A0",
}
FORM_WRONG: Final[dict[str, str]] = {
    "too long": "长" * 300,
    "nul": "a\u0000b",
    "astral": "𠮷䶮👩‍👩‍👧" * 8,
    "markup": "<script>alert(1)</script>'\"--",
    "a negative number": "-1",
    "a huge number": "9" * 400,
    "nothing": "",
}


@pytest.fixture(scope="module")
async def everybody(portal: Stack) -> AsyncIterator[Visitor]:
    """Somebody who holds every role, so that requests get as deep as they can."""
    async with signed_in(portal, *Role) as somebody:
        await somebody.open("/work")
        yield somebody


def fault_of(response: httpx.Response, what: str, *, page: bool = False) -> list[str]:
    """What is wrong with an answer to something wrong."""
    found = []
    if response.status_code >= 500:
        found.append(f"{what}: {response.status_code} {response.text[:300]}")
    if INSIDE.search(response.text):
        found.append(f"{what}: shows the inside: {INSIDE.findall(response.text)[:3]}")
    if 400 <= response.status_code < 500:
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/html" if page else "application/problem+json"):
            found.append(f"{what}: answered as {kind}")
        if not re.search(r"[\u4e00-\u9fff]", response.text):
            found.append(f"{what}: not in Chinese")
    return found


async def all_faults(tries: list[Any]) -> list[str]:
    """Run many tries, so many at once; everything they found."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(tried: Any) -> list[str]:
        async with gate:
            found: list[str] = await tried
            return found

    return [fault for found in await asyncio.gather(*map(one, tries)) for fault in found]


def bodies(request: type[Request]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The request's own sample with one field wrong at a time; which wrong it is goes round."""
    whole = sample(request, COUNTY).model_dump(mode="json")
    kinds = list(WRONG)
    for place, name in enumerate(whole):
        for step in range(2):
            kind = kinds[(place * 2 + step + len(request.message_name)) % len(kinds)]
            yield f"{request.permission()}.{name} as {kind}", whole | {name: WRONG[kind]}


@pytest.mark.parametrize("service", OWNERS)
async def test_no_field_of_a_command_brings_a_fault(everybody: Visitor, service: str) -> None:
    async def tried(command: type[Command], what: str, body: dict[str, Any]) -> list[str]:
        path = f"/api/v1/{command.service}/{command.message_name}"
        content = _json(body)
        response = await everybody.post(path, content=content, headers={"content-type": "application/json"})
        return fault_of(response, what)

    tries = [
        tried(command, what, body)
        for command in catalogue.COMMANDS
        if command.service == service
        for what, body in bodies(command)
    ]
    assert await all_faults(tries) == []


def _json(body: dict[str, Any]) -> bytes:
    """As a program would send it that does not care for surrogates."""
    import json

    return json.dumps(body).encode()


@pytest.mark.parametrize("service", OWNERS)
async def test_no_field_of_a_query_brings_a_fault(everybody: Visitor, service: str) -> None:
    async def tried(query: type[Request], what: str, params: dict[str, str]) -> list[str]:
        path = f"/api/v1/{query.service}/{query.message_name}"
        return fault_of(await everybody.client.get(path, params=params), what)

    tries = []
    for query in catalogue.QUERIES:
        if query.service != service:
            continue
        needed = {
            name: str(value)
            for name, value in sample(query, COUNTY).model_dump(mode="json", exclude_none=True).items()
        }
        for place, name in enumerate(query.model_fields):
            kind = list(FORM_WRONG)[(place + len(query.message_name)) % len(FORM_WRONG)]
            tries.append(
                tried(query, f"{query.permission()}.{name}: {kind}", needed | {name: FORM_WRONG[kind]})
            )
    assert await all_faults(tries) == []


async def test_what_is_another_committees_or_nobodys_is_not_found_or_forbidden(everybody: Visitor) -> None:
    async def tried(request: type[Request]) -> list[str]:
        found = []
        for committee in ("360131", "999999"):
            response = await everybody.ask(sample(request, committee))
            found += fault_of(response, request.permission())
            if response.status_code != 403:
                found.append(f"{request.permission()} of {committee}: {response.status_code}")
        return found

    assert await all_faults([tried(request) for request in catalogue.REQUESTS]) == []


async def test_no_form_is_taken_without_the_sessions_secret(everybody: Visitor) -> None:
    async def tried(way: Way) -> list[str]:
        found = []
        for secret in ({}, {"csrf": ""}, {"csrf": "另一个"}, {"csrf": "x" * 5000}):
            response = await everybody.client.post(
                way.filled(), data={"command_id": str(new_id()), **secret}, headers={"accept": "text/html"}
            )
            found += fault_of(response, way.path, page=True)
            if response.status_code != 403:
                found.append(f"{way.path} with {secret}: {response.status_code}")
        return found

    assert await all_faults([tried(way) for way in pages("POST") if way.path not in OPEN]) == []


OPEN: Final = ("/login",)
"""Forms of those who have no session yet."""


async def test_no_form_of_any_page_brings_a_fault(everybody: Visitor) -> None:
    names = field_names()

    async def tried(way: Way, action: str, kind: str) -> list[str]:
        fields = dict.fromkeys(names, FORM_WRONG[kind]) | {"action": action, "committee": COUNTY}
        what = f"{way.path} {action} {kind}"
        response = await sent(everybody, way, fields)
        found = fault_of(response, what, page=True)
        if "<script>alert(1)" in response.text:
            found.append(f"{what}: comes back unescaped")
        return found

    kinds = list(FORM_WRONG)
    tries = [
        tried(way, action, kinds[(place + len(way.path)) % len(kinds)])
        for way in pages("POST")
        if way.path not in ENDING
        for place, action in enumerate(["", "没有这种", *actions(way), *actions(way)])
    ]
    assert len(tries) > 200
    assert await all_faults(tries) == []


PLAUSIBLE: Final = ("1", "2026-06-01")
"""What many fields take, so that some forms do something."""
ENDING: Final = ("/login", "/logout", "/password", "/committee")
"""Forms that change who one is; they have tests of their own."""


async def sent(somebody: Visitor, way: Way, fields: dict[str, str], **other: str) -> httpx.Response:
    form = fields | {"csrf": somebody.csrf, "command_id": str(new_id())} | other
    return await somebody.client.post(way.filled(), data=form, headers={"accept": "text/html"})


async def test_a_form_sent_twice_at_once_is_answered_as_one(everybody: Visitor) -> None:
    """A double click: the same id, twice, at the same moment; whoever comes second hears what the first one did."""
    names = field_names()

    async def tried(way: Way, action: str, value: str) -> list[str]:
        what, path = f"{way.path} {action} {value!r} twice", way.filled()
        fields = dict.fromkeys(names, value) | {"action": action, "committee": COUNTY}
        form = fields | {"csrf": everybody.csrf, "command_id": str(new_id())}
        page = {"accept": "text/html"}
        both = await asyncio.gather(*(everybody.client.post(path, data=form, headers=page) for _ in range(2)))
        found = [fault for answer in both for fault in fault_of(answer, what, page=True)]
        said = [(answer.status_code, answer.headers.get("location")) for answer in both]
        return found if said[0] == said[1] else [*found, f"{what}: {said}"]

    async def in_turn(ways: list[Way]) -> list[str]:
        """What one module's forms change is not changed by another form between the two."""
        turns = [
            (way, action, value) for way in ways for action in ["", *actions(way)] for value in PLAUSIBLE
        ]
        return [fault for turn in turns for fault in await tried(*turn)]

    chosen = [way for way in pages("POST") if way.path not in ENDING]
    modules = {way.module for way in chosen}
    assert len(modules) > 10
    tries = [in_turn([way for way in chosen if way.module == module]) for module in sorted(modules)]
    assert await all_faults(tries) == []


async def test_a_form_without_its_id_or_with_a_broken_one_is_refused(everybody: Visitor) -> None:
    async def tried(way: Way) -> list[str]:
        found = []
        for id_ in ("", "x", "𠮷" * 40, "00000000-0000-0000-0000-00000000000"):
            response = await sent(everybody, way, {}, command_id=id_)
            found += fault_of(response, f"{way.path} with id {id_[:8]!r}", page=True)
        return found

    assert await all_faults([tried(way) for way in pages("POST") if way.path not in ENDING]) == []


async def test_bodies_that_are_no_forms_are_refused(everybody: Visitor) -> None:
    kinds = {
        "application/json": b'{"a": 1}',
        "text/plain": b"x",
        "multipart/form-data; boundary=x": b"--x\r\nno end",
        "multipart/form-data": b"no boundary",
        "application/x-www-form-urlencoded; charset=gbk": "名=值".encode("gbk"),
        "application/x-www-form-urlencoded": b"a=%ff%fe&" + b"b=1&" * 500,
    }

    async def tried(way: Way, kind: str, body: bytes) -> list[str]:
        headers = {"accept": "text/html", "content-type": kind}
        response = await everybody.client.post(way.filled(), content=body, headers=headers)
        found = fault_of(response, f"{way.path} as {kind}", page=True)
        if response.status_code < 400:
            found.append(f"{way.path} as {kind}: {response.status_code}")
        return found

    chosen = [way for way in pages("POST") if way.path not in OPEN]
    tries = [tried(way, kind, body) for way in chosen for kind, body in kinds.items()]
    assert await all_faults(tries) == []


async def test_no_address_of_a_page_brings_a_fault(everybody: Visitor) -> None:
    """Parameters of the path and of the query as nobody would type them."""
    names = (
        "search",
        "after",
        "year",
        "month",
        "state",
        "term",
        "limit",
        "template",
        "of",
        "group",
        "next",
        "kind",
    )

    async def tried(way: Way, kind: str) -> list[str]:
        path = re.sub(
            r"\{\w+\}",
            lambda _: quote(FORM_WRONG[kind][:80], safe="") or "x",
            way.path,
        )
        headers = {"accept": "text/html"}
        found = []
        for address in {path, way.filled()}:
            response = await everybody.client.get(
                address, params=dict.fromkeys(names, FORM_WRONG[kind][:600]), headers=headers
            )
            found += [
                fault
                for fault in fault_of(response, f"{way.path} {kind}", page=True)
                if "answered as" not in fault
            ]
        return found

    chosen = [way for way in pages("GET") if way.path != "/live/events"]
    kinds = [kind for kind in FORM_WRONG if kind != "nothing"]
    tries = [
        tried(way, kinds[(place + step) % len(kinds)])
        for place, way in enumerate(chosen)
        for step in range(2)
    ]
    assert await all_faults(tries) == []
