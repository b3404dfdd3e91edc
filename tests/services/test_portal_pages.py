"""The thread on pages, without a browser's script: roster in, proposal written and reviewed, and what follows from it."""

import asyncio
import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from chassis.ids import new_id
from infra.local.stack import Stack
from tests.house import CITY, COUNTY, House
from tests.members_at_work import as_gbk, as_xlsx, roster_rows
from tests.portal_at_work import Visitor, signed_in, words
from tests.proposals_at_work import TEXT, open_session
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.queries import MyProposals
from tongxin_contracts.words import Category, Ground

COMMITTEE = "340931"
"""One of this file's own, so that queues and rosters hold what is made here."""
FORM: dict[str, Any] = {**TEXT, "category": next(iter(Category)).value, "action": "submit", "revision": "0"}


@pytest.fixture(scope="module", autouse=True)
async def _session(portal: Stack, house: House) -> None:
    await open_session(house, COMMITTEE)


@pytest.fixture(scope="module")
async def member(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBER, committee=COMMITTEE) as somebody:
        yield somebody


@pytest.fixture(scope="module")
async def reviewer(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


@pytest.fixture(scope="module")
async def office(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBERS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


async def written(member: Visitor, **changes: Any) -> str:
    """A proposal handed in by form; its path."""
    response = await member.send("/proposals/new", **FORM | {"draft_id": str(new_id())} | changes)
    assert response.status_code == 303, words(response)
    return response.headers["location"]


# -- rosters -----------------------------------------------------------------------------------------------------------


async def test_a_roster_is_imported_reported_listed_and_exported(office: Visitor) -> None:
    good = roster_rows(COMMITTEE, 3)
    await office.open("/members/import")
    taken = await office.send("/members/import", {"file": ("名册.xlsx", as_xlsx(good))})
    assert taken.status_code == 303, words(taken)
    report = await office.open(taken.headers["location"])
    assert report.status_code == 200
    assert "新增" in words(report)

    listed = words(await office.open("/members"))
    assert all(row.name in listed for row in good)
    assert good[0].name in words(await office.open("/members", params={"search": good[0].name}))

    for kind, start in (("xlsx", b"PK"), ("csv", "姓名".encode())):
        exported = await office.open("/members/export", params={"format": kind})
        assert start in exported.content[:20]
        assert exported.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        again = await office.send("/members/import", {"file": (f"again.{kind}", exported.content)})
        assert "3 未变" in words(await office.open(again.headers["location"]))
    template = load_workbook(BytesIO((await office.open("/members/import/template.xlsx")).content))
    assert template.worksheets[0].max_row == 1, "columns and nobody"


async def test_a_form_sent_twice_imports_once(office: Visitor) -> None:
    await office.open("/members/import")
    file, id_ = ("名册.csv", as_gbk(roster_rows(COMMITTEE, 5))), str(new_id())
    first, second = [await office.send("/members/import", {"file": file}, command_id=id_) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("名册.xlsx", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "不是 Excel"),
        ("名册.xlsx", b"", "文件是空的"),
        ("名册.csv", b"<html><script>alert(1)</script></html>", "网页"),
        ("名册.exe", b"MZ" + b"\x00" * 100, "只能导入"),
        ("名册.xlsx", b"PK\x03\x04" + b"\x00" * 100, "损坏"),
    ],
)
async def test_a_file_that_is_not_what_it_says_is_refused_on_the_form(
    office: Visitor, name: str, content: bytes, said: str
) -> None:
    refused = await office.send("/members/import", {"file": (name, content)})
    assert 400 <= refused.status_code < 500
    assert said in words(refused)
    assert 'type="file"' in refused.text, "the form is there to try again"


async def test_a_form_without_its_file_says_so(office: Visitor) -> None:
    await office.open("/members/import")
    assert "请选择要导入的名册文件" in words(await office.send("/members/import"))


async def test_a_roster_of_twenty_megabytes_is_refused(office: Visitor) -> None:
    refused = await office.send("/members/import", {"file": ("名册.xlsx", b"x" * 20 * 1024 * 1024)})
    assert refused.status_code == 413
    assert "最多 5 MB" in words(refused)


async def test_who_may_not_import_leaves_no_file_behind(member: Visitor) -> None:
    refused = await member.send("/members/import", {"file": ("名册.csv", b"x")})
    assert refused.status_code == 403


# -- proposals ---------------------------------------------------------------------------------------------------------


async def test_a_proposal_goes_from_the_form_to_a_number_and_comes_back_as_a_notice(
    portal: Stack, member: Visitor, reviewer: Visitor
) -> None:
    title = "关于𠮷祥里䶮塘的建议"
    await member.open("/proposals/new")
    path = await written(member, title=title)
    page = words(await member.open(path))
    assert title in page
    assert "等待审查" in page

    desk = await reviewer.open("/review", params={"proposal": path.rsplit("/", 1)[1]})
    assert title in words(desk)
    filed = await reviewer.send(
        "/review",
        action="file",
        proposal_id=path.rsplit("/", 1)[1],
        expected_version=_field(desk.text, "expected_version"),
    )
    assert (filed.status_code, filed.headers["location"]) == (303, "/review")
    assert "已立案，编号" in words(await reviewer.open("/review"))
    assert "已立案" in words(await member.open(path))

    async def told() -> bool:
        return title in words(await member.open("/notices"))

    await until_async(told, "the proposer has a notice")
    notices = re.findall(r'name="notices" value="([^"]+)"', (await member.open("/notices")).text)
    assert (await member.send("/notices", notices=notices)).status_code == 303

    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=COMMITTEE) as staff:

        async def offered() -> bool:
            return title in words(await staff.open("/topics"))

        await until_async(offered, "the filed proposal can be taken")
        taken = await staff.send("/topics", proposal_id=path.rsplit("/", 1)[1])
        assert taken.status_code == 303
        assert "已列为协商议题" in words(await staff.open("/topics"))


async def test_a_refused_proposal_keeps_what_was_typed_and_names_the_fields(member: Visitor) -> None:
    await member.open("/proposals/new")
    draft = str(new_id())
    refused = await member.send(
        "/proposals/new",
        **FORM | {"draft_id": draft, "title": "", "facts": "只有<b>一句</b>", "suggestions": []},
    )
    assert refused.status_code == 422
    assert "只有&lt;b&gt;一句&lt;/b&gt;" in refused.text
    assert 'id="title-error"' in refused.text
    assert _field(refused.text, "draft_id") == draft
    kept = await member.open(f"/proposals/{draft}/edit")
    assert "只有&lt;b&gt;一句&lt;/b&gt;" in kept.text, "it was saved before it was refused"


@pytest.mark.parametrize(
    "odd",
    [
        {"revision": "²"}, {"revision": "9" * 5000}, {"revision": "-1"}, {"revision": ""},
        {"category": "no such"}, {"title": "名" * 3000}, {"facts": "x" * 20_001}, {"action": "fly"},
        {"suggestions": ["一"] * 150},
    ],
    ids=lambda odd: next(iter(odd)),
)  # fmt: skip
async def test_odd_fields_never_break_the_form(member: Visitor, odd: dict[str, Any]) -> None:
    await member.open("/proposals/new")
    response = await member.send(
        "/proposals/new", **FORM | {"draft_id": str(new_id()), "facts": "留住我"} | odd
    )
    assert response.status_code < 500
    if response.status_code >= 400:
        assert "留住我" in response.text or "facts" in odd


async def test_a_form_sent_twice_hands_in_once_and_leads_to_the_same_place(member: Visitor) -> None:
    form = FORM | {"draft_id": str(new_id()), "command_id": str(new_id()), "title": "关于两次点击的建议"}
    responses = await asyncio.gather(*(member.send("/proposals/new", **form) for _ in range(2)))
    assert {(response.status_code, response.headers.get("location")) for response in responses} == {
        (303, f"/proposals/{form['draft_id']}")
    }
    mine = (await member.ask(MyProposals(committee=COMMITTEE))).json()
    assert [row["title"] for row in mine["proposals"]].count("关于两次点击的建议") == 1


async def test_autosave_keeps_each_state_and_says_who_was_first(member: Visitor) -> None:
    await member.open("/proposals/new")
    path, id_ = f"/proposals/{new_id()}/edit", str(new_id())
    body = {
        "revision": 0,
        "title": "边写边存",
        "facts": "",
        "analysis": "",
        "suggestions": [""],
        "category": None,
    }

    async def save(id_: str, **changes: Any) -> Any:
        headers = {"x-csrf-token": member.csrf, "x-command-id": id_}
        return await member.client.put(path, json=body | changes, headers=headers)

    first, same = await save(id_), await save(id_)
    assert first.status_code == 200
    assert first.json() == same.json()
    assert "边写边存" in (await member.open(path)).text
    assert (await save(str(new_id()), revision=first.json()["revision"], title="再写")).status_code == 200
    late = await save(str(new_id()), revision=first.json()["revision"], title="另一处写的")
    assert late.status_code == 409
    assert "再写" in (await member.open(path)).text
    headers = {"x-csrf-token": member.csrf, "x-command-id": "x"}
    assert (await member.client.put(path, json=body, headers=headers)).status_code == 400
    assert (await member.client.put(path, json=body)).status_code == 403

    assert (await member.send(path, action="discard")).status_code == 303
    assert (await member.open(path)).status_code == 404


async def test_a_decision_that_is_refused_leaves_what_the_reviewer_wrote(
    member: Visitor, reviewer: Visitor
) -> None:
    proposal_id = (await written(member)).rsplit("/", 1)[1]
    desk = await reviewer.open("/review", params={"proposal": proposal_id})
    version = _field(desk.text, "expected_version")
    what = {"proposal_id": proposal_id, "expected_version": version}

    silent = await reviewer.send("/review", action="return", reason="   ", **what)
    assert silent.status_code == 400
    groundless = await reviewer.send(
        "/review", action="decline", ground="没有", explanation="请补充𠮷", **what
    )
    assert groundless.status_code == 400
    assert "请补充𠮷" in groundless.text
    nothing = await reviewer.send("/review", **what)
    assert "请选择审查意见" in words(nothing)
    stale = await reviewer.send(
        "/review", action="return", reason="请补充数据", **what | {"expected_version": "0"}
    )
    assert stale.status_code == 409
    assert "请补充数据" in stale.text

    assert (await reviewer.send("/review", action="return", reason="请补充数据", **what)).status_code == 303
    edit = await member.open(f"/proposals/{proposal_id}/edit")
    assert "请补充数据" in words(edit)
    again = await member.send(
        f"/proposals/{proposal_id}/edit",
        **FORM | {"draft_id": proposal_id, "revision": _field(edit.text, "revision")},
    )
    assert again.status_code == 303, words(again)
    desk = await reviewer.open("/review", params={"proposal": proposal_id})
    declined = await reviewer.send(
        "/review",
        action="decline",
        ground=next(iter(Ground)).value,
        explanation="",
        proposal_id=proposal_id,
        expected_version=_field(desk.text, "expected_version"),
    )
    assert declined.status_code == 303, words(declined)
    assert "不予立案" in words(await member.open(f"/proposals/{proposal_id}"))


async def test_nobody_else_sees_what_is_not_filed(portal: Stack, member: Visitor) -> None:
    path = await written(member)
    async with (
        signed_in(portal, Role.MEMBER, committee=COMMITTEE) as another,
        signed_in(portal, Role.PROPOSALS_OFFICE, committee=COUNTY) as beside,
        signed_in(portal, Role.PROPOSALS_OFFICE, committee=CITY) as above,
    ):
        for somebody in (another, beside, above):
            assert (await somebody.open(path)).status_code in (403, 404)
            assert (await somebody.open(path, params={"committee": COMMITTEE})).status_code in (403, 404)
            assert (await somebody.open(f"{path}/edit")).status_code in (403, 404)


async def test_the_menu_offers_what_one_may_do(portal: Stack, member: Visitor, office: Visitor) -> None:
    shown = {
        "member": _menu((await member.open("/work")).text),
        "office": _menu((await office.open("/work")).text),
    }
    assert shown["member"] >= {"/proposals/new", "/proposals", "/members/me", "/topics"}
    assert not shown["member"] & {"/review", "/members", "/members/import", "/accounts", "/live"}
    assert shown["office"] >= {"/members", "/members/import"}
    for somebody, paths in ((member, shown["member"]), (office, shown["office"])):
        for path in paths:
            assert (await somebody.open(path)).status_code in (200, 404), path


def _menu(page: str) -> set[str]:
    navigation = re.search(r"<nav\b.*?</nav>", page, re.DOTALL)
    assert navigation
    return set(re.findall(r'href="(/[^"]+)"', navigation[0]))


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]
