"""REST at the portal's door: derived whole from the contracts, and closed to whatever is not in them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.ids import new_id
from infra.local.stack import Stack
from tests.house import BESIDE, COUNTY, House
from tests.portal_at_work import Visitor, problem, signed_in, visitor
from tests.proposals_at_work import TEXT, open_session
from tests.sample_bodies import sample
from tongxin_contracts import catalogue
from tongxin_contracts.members.commands import ExportRoster
from tongxin_contracts.members.queries import Roster
from tongxin_contracts.message import Command, Request
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal
from tongxin_contracts.proposals.queries import Draft

SAVE = "/api/v1/proposals/save_draft"
MB = 1024 * 1024


@pytest.fixture(scope="module")
async def member(portal: Stack, house: House) -> AsyncIterator[Visitor]:
    """A member, signed in, in a committee with an open session."""
    await open_session(house)
    async with signed_in(portal, Role.MEMBER) as somebody:
        yield somebody


@pytest.fixture(scope="module")
async def description(portal: Stack) -> dict[str, Any]:
    async with visitor(portal) as anybody:
        response = await anybody.client.get("/api/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def draft(**changes: Any) -> dict[str, Any]:
    return {"committee": COUNTY, "draft_id": str(new_id()), "revision": 0} | TEXT | changes


def fields_at_fault(found: dict[str, Any]) -> set[str]:
    return {error["field"] for error in found["errors"]}


# -- derived ---------------------------------------------------------------------------------------------------------


def test_every_request_of_the_contracts_has_its_operation_and_there_is_no_other(
    description: dict[str, Any],
) -> None:
    wanted = {
        (
            f"/api/v1/{request.service}/{request.message_name}",
            "post" if issubclass(request, Command) else "get",
        )
        for request in catalogue.REQUESTS
    }
    files = {("/api/v1/uploads", "post"), ("/api/v1/files/{digest}", "get")}
    found = {(path, method) for path, methods in description["paths"].items() for method in methods}
    assert found == wanted | files
    assert description["openapi"].startswith("3.1")


@pytest.mark.parametrize("request_", catalogue.REQUESTS, ids=lambda request: request.permission())
def test_an_operation_says_what_it_takes_gives_and_refuses(
    description: dict[str, Any], request_: type[Request]
) -> None:
    operation = next(
        operation
        for methods in description["paths"].values()
        for operation in methods.values()
        if operation["operationId"] == request_.permission().replace(".", "_")
    )
    if issubclass(request_, Command):
        taken = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(taken["properties"]) == set(request_.model_fields)
        assert taken["additionalProperties"] is False
        assert {"in": "header", "name": "idempotency-key", "required": True}.items() <= next(
            parameter.items()
            for parameter in operation["parameters"]
            if parameter["name"] == "idempotency-key"
        )
    else:
        named = {parameter["name"] for parameter in operation["parameters"]}
        assert named == set(request_.model_fields)
    given = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert given["$ref"].endswith(f"/{request_.answer.__name__}")
    refused = {
        status: answer["content"] for status, answer in operation["responses"].items() if status != "200"
    }
    assert {"400", "401", "403", "404", "409", "422", "500", "503"} <= set(refused)
    assert all(list(content) == ["application/problem+json"] for content in refused.values())
    assert operation["security"]


async def test_what_is_sent_comes_back_whole_down_to_rare_characters(member: Visitor) -> None:
    typed = {
        "title": "𠮷祥里䶮塘 👨‍👩‍👧‍👦 “引号” <b>粗</b>",
        "facts": "'; drop table draft; -- \t一\n二",
        "analysis": "ñ é ﷽ \u200f右 \u0300",
        "suggestions": ["<script>alert(1)</script>", "𝔘𝔫𝔦 ﬀ"],
    }
    body = draft(**typed)
    assert (await member.post(SAVE, json=body)).status_code == 200
    saved = await member.ask(Draft(committee=COUNTY, draft_id=body["draft_id"]))
    assert {name: saved.json()[name] for name in typed} == typed


async def test_a_command_sent_twice_happens_once_and_answers_the_same(member: Visitor) -> None:
    body, key = draft(), new_id()
    first = await member.post(SAVE, key, json=body)
    second = await member.post(SAVE, key, json=body)
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    other = problem(await member.post(SAVE, key, json=body | {"title": "另一件"}), 409)
    assert other["type"].endswith("command-reused")


async def test_sql_and_script_in_every_field_of_every_request_harm_nothing(portal: Stack) -> None:
    evil = "x'); drop table account; --<script>alert(1)</script>\u202e𠮷"
    async with signed_in(portal, *Role) as somebody:
        for request in catalogue.REQUESTS:
            whole = sample(request, COUNTY).model_dump(mode="json", exclude_none=True)
            for name in request.model_fields:
                body = whole | {name: evil}
                path = f"/api/v1/{request.service}/{request.message_name}"
                if issubclass(request, Command):
                    answer = await somebody.post(path, json=body)
                else:
                    answer = await somebody.client.get(path, params=body)
                assert answer.status_code < 500, f"{path} {name}: {answer.text}"
        assert (await somebody.open("/work")).status_code == 200


# -- closed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"committee": "340921"',
        b"[]",
        b'"text"',
        b"null",
        b'{"title": "\xff\xfe"}',
        b'{"title": "\\ud800"}',
        b'{"revision": NaN}',
        b'{"revision": 1e999}',
        b'{"revision": ' + b"9" * 5000 + b"}",
        b"{" * 10_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        "{“title”: 1}".encode(),
        '{"title": "标题"}'.encode("gb18030"),
    ],
    ids=lambda body: body[:24],
)
async def test_what_is_no_json_object_is_a_problem_in_words(member: Visitor, body: bytes) -> None:
    answer = await member.post(SAVE, content=body, headers={"content-type": "application/json"})
    problem(answer, 400)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"draft_id": "not an id"}, "draft_id"),
        ({"draft_id": 7}, "draft_id"),
        ({"revision": "many"}, "revision"),
        ({"revision": -1}, "revision"),
        ({"suggestions": "one"}, "suggestions"),
        ({"suggestions": [1]}, "suggestions.0"),
        ({"suggestions": ["x"] * 21}, "suggestions"),
        ({"category": "no such"}, "category"),
        ({"title": {"a": 1}}, "title"),
        ({"title": "x" * 20_001}, "title"),
        ({"committee": "三四零九二一"}, "committee"),
        ({"committee": None}, "committee"),
    ],
)
async def test_a_field_at_fault_is_named(member: Visitor, change: dict[str, Any], field: str) -> None:
    found = problem(await member.post(SAVE, json=draft(**change)), 400)
    assert fields_at_fault(found) == {field}


async def test_a_character_no_database_can_hold_is_refused_in_words(member: Visitor) -> None:
    found = problem(await member.post(SAVE, json=draft(title="a\x00b")), 400)
    assert "U+0000" in found["detail"]


async def test_an_unknown_field_of_a_query_is_refused_too(member: Visitor) -> None:
    answer = await member.client.get(
        "/api/v1/proposals/my_proposals", params={"committee": COUNTY, "surprise": "1"}
    )
    assert fields_at_fault(problem(answer, 400)) == {"surprise"}


async def test_a_command_without_its_id_is_refused_by_name(member: Visitor) -> None:
    answer = await member.client.post(SAVE, json=draft(), headers={"x-csrf-token": member.csrf})
    assert fields_at_fault(problem(answer, 400)) == {"idempotency-key"}


@pytest.mark.parametrize(
    "type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_another_content_type_is_refused(member: Visitor, type_: str) -> None:
    problem(await member.post(SAVE, content=b"{}", headers={"content-type": type_}), 415)


@pytest.mark.parametrize(
    "how",
    [f"content-length: {20 * MB}", "transfer-encoding: chunked"],
    ids=["length told", "length not told"],
)
async def test_twenty_megabytes_are_refused_after_the_first_few(
    portal: Stack, member: Visitor, how: str
) -> None:
    head = (
        f"POST {SAVE} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: tongxin={member.client.cookies['tongxin']}\r\n"
        f"x-csrf-token: {member.csrf}\r\nidempotency-key: {new_id()}\r\ncontent-type: application/json\r\n{how}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.ports.portal)
    writer.write(head.encode())
    if "chunked" in how:
        writer.write(f"{300 * 1024:x}\r\n".encode() + b"x" * (300 * 1024) + b"\r\n")
    # The rest is never sent: the answer cannot wait for it.
    answer = await asyncio.wait_for(reader.readuntil("请精简内容".encode()), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert "最多 256 KB".encode() in answer


async def test_an_upload_that_is_too_large_or_empty_or_from_somebody_who_may_not_is_refused(
    portal: Stack,
) -> None:
    async with signed_in(portal, Role.MEMBERS_OFFICE) as office, signed_in(portal, Role.AUDITOR) as somebody:
        assert "5 MB" in problem(await office.post("/api/v1/uploads", content=b"x" * (6 * MB)), 413)["detail"]
        problem(await office.post("/api/v1/uploads", content=b""), 400)
        problem(await somebody.post("/api/v1/uploads", content=b"x"), 403)


async def test_a_roster_goes_in_and_out_over_rest(portal: Stack) -> None:
    content = "姓名,手机\n".encode()
    async with signed_in(portal, Role.MEMBERS_OFFICE) as office, signed_in(portal, Role.AUDITOR) as somebody:
        stored = (await office.post("/api/v1/uploads", content=content)).json()
        assert stored["size"] == len(content)
        made = (
            await office.ask(ExportRoster(committee=COUNTY, export_id=new_id(), format="csv", empty=True))
        ).json()
        fetched = await office.client.get(f"/api/v1/files/{made['file']}")
        assert "姓名".encode() in fetched.content or "姓名".encode("gb18030") in fetched.content
        problem(await somebody.client.get(f"/api/v1/files/{made['file']}"), 403)
        problem(await office.client.get(f"/api/v1/files/{'0' * 64}"), 404)
        problem(await office.client.get("/api/v1/files/..%2F..%2Fetc%2Fpasswd"), 404)


async def test_a_digest_opens_a_file_to_nobody_but_whom_its_owner_named_it_to(portal: Stack) -> None:
    """Not to a colleague with the same rights who learned it, not to the same person acting elsewhere, not to its uploader."""
    async with (
        signed_in(portal, Role.MEMBERS_OFFICE) as office,
        signed_in(portal, Role.MEMBERS_OFFICE) as other,
    ):
        made = (await office.ask(ExportRoster(committee=COUNTY, export_id=new_id(), empty=True))).json()
        address = f"/api/v1/files/{made['file']}"
        assert (await office.client.get(address)).status_code == 200
        problem(await other.client.get(address), 404)
        async with signed_in(portal, Role.MEMBERS_OFFICE, committee=BESIDE) as elsewhere:
            problem(await elsewhere.client.get(address), 404)
        uploaded = (await other.post("/api/v1/uploads", content=b"x,y\n")).json()
        problem(await other.client.get(f"/api/v1/files/{uploaded['file']}"), 404)


async def test_nobody_asks_without_a_session_or_changes_without_its_secret(
    portal: Stack, member: Visitor
) -> None:
    async with visitor(portal) as stranger:
        problem(await stranger.ask(Roster(committee=COUNTY)), 401)
        problem(await stranger.post(SAVE, json=draft()), 401)
        stranger.client.cookies.set("tongxin", "x" * 43)
        problem(await stranger.post(SAVE, json=draft()), 401)
    async with signed_in(portal, Role.MEMBER) as another:
        for secret in ("", "x", "密", another.csrf):
            headers = [(b"x-csrf-token", secret.encode()), (b"idempotency-key", str(new_id()).encode())]
            problem(await member.client.post(SAVE, json=draft(), headers=headers), 403)


async def test_permission_and_committee_are_checked_by_the_owner(member: Visitor) -> None:
    problem(await member.ask(Roster(committee=COUNTY)), 403)
    problem(await member.post(SAVE, json=draft(committee=BESIDE)), 403)


async def test_a_step_at_the_wrong_moment_is_a_conflict_that_is_explained(member: Visitor) -> None:
    body = draft()
    await member.post(SAVE, json=body)
    hand_in = SubmitProposal(committee=COUNTY, draft_id=body["draft_id"])
    assert (await member.ask(hand_in)).status_code == 200
    problem(await member.ask(SaveDraft(committee=COUNTY, draft_id=body["draft_id"], revision=0)), 409)
    problem(await member.ask(SubmitProposal(committee=COUNTY, draft_id=new_id())), 404)


async def test_paths_and_methods_that_do_not_exist_are_problems(member: Visitor) -> None:
    problem(await member.client.get("/api/v1/proposals/no_such"), 404)
    refused = await member.client.get(SAVE)
    problem(refused, 405)
    assert refused.headers["allow"] == "POST"
    problem(await member.client.request("BREW", SAVE), 405)
