"""Writing together and reviewing in rounds on pages, without a browser's script."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from infra.local.stack import Stack
from tests.house import House
from tests.joint_at_work import PNG, draft_of, serving_members
from tests.portal_at_work import Visitor, account, signed_in, visitor, words
from tests.proposals_at_work import TEXT, handed_in, open_session
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Category

HERE = "361104"
FORM: dict[str, Any] = {**TEXT, "category": next(iter(Category)).value, "action": "submit", "revision": "0"}


@pytest.fixture(scope="module")
async def members(house: House) -> list[Actor]:
    await open_session(house, HERE)
    return await serving_members(house, HERE, 4)


@pytest.fixture(scope="module")
async def people(portal: Stack, members: list[Actor]) -> AsyncIterator[list[Visitor]]:
    """Two members at their browsers."""
    async with AsyncExitStack() as opened:
        found = []
        for actor in members[:2]:
            somebody = await opened.enter_async_context(visitor(portal))
            login = await account(portal, Role.MEMBER, committee=HERE, person_id=actor.person)
            await somebody.sign_in(login)
            found.append(somebody)
        yield found


@pytest.fixture(scope="module")
async def office(portal: Stack, members: list[Actor]) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=HERE) as somebody:
        yield somebody


def version_of(page: str) -> str:
    found = re.search(r'name="expected_version" value="(\d+)"', page)
    assert found
    return found[1]


async def test_a_joint_proposal_with_a_file_is_written_confirmed_and_withdrawn(
    house: House, members: list[Actor], people: list[Visitor]
) -> None:
    first, other = people
    draft_id = new_id()
    edit = f"/proposals/{draft_id}/edit"
    saved = await first.send("/proposals/new", **FORM | {"draft_id": str(draft_id), "action": "save"})
    assert saved.headers["location"] == edit

    attached = await first.send(f"/proposals/{draft_id}/files", {"file": ("现场.png", PNG, "image/png")})
    assert attached.headers["location"] == f"{edit}#together"
    refused = await first.send(f"/proposals/{draft_id}/files", {"file": ("坏.pdf", b"x", "application/pdf")})
    assert refused.status_code == 422
    assert "内容不是" in words(refused)

    asked = await first.send(
        f"/proposals/{draft_id}/together", action="invite", persons=str(members[1].person)
    )
    assert asked.status_code == 303, words(asked)
    form = await first.open(edit)
    assert "等待确认" in words(form)
    assert "现场.png" in words(form)

    early = await first.send(edit, **FORM | {"draft_id": str(draft_id), "revision": "1"})
    assert early.status_code == 422
    assert "还没有答复联名邀请" in words(early)
    assert "co_proposers" not in words(early), "a name, not an id"
    assert TEXT["facts"] in words(early), "what was typed is there"
    assert "现场.png" in words(early)

    (row,) = (await draft_of(house, members[0], draft_id)).invitations
    path = f"/invitations/{row.invitation_id}"
    read = await other.open(path)
    assert TEXT["facts"] in words(read)
    file_url = re.search(rf"/proposals/{draft_id}/files/[0-9a-f-]+", read.text)
    assert file_url
    assert (await other.open(file_url[0])).content == PNG
    revision = re.search(r'name="revision" value="(\d+)"', read.text)
    assert revision
    confirmed = await other.send(path, answer="accept", revision=revision[1])
    assert confirmed.status_code == 303
    assert (await first.open(path)).headers["location"].startswith(edit)

    revision_now = (await draft_of(house, members[0], draft_id)).revision
    done = await first.send(edit, **FORM | {"draft_id": str(draft_id), "revision": str(revision_now)})
    assert done.headers["location"] == f"/proposals/{draft_id}", words(done)
    page = await other.open(f"/proposals/{draft_id}")
    assert "联名提案" in words(page)
    assert "/withdraw" not in page.text, "only the first proposer may take it back"
    own = await first.open(f"/proposals/{draft_id}")
    silent = await first.send(
        f"/proposals/{draft_id}/withdraw", reason=" ", expected_version=version_of(own.text)
    )
    assert silent.status_code == 422
    gone = await first.send(
        f"/proposals/{draft_id}/withdraw", reason="问题已经解决", expected_version=version_of(own.text)
    )
    assert gone.status_code == 303
    assert "已撤回" in words(await first.open(f"/proposals/{draft_id}"))


async def test_the_desk_goes_on_to_the_next_and_decides_many_alike(
    house: House, members: list[Actor], office: Visitor
) -> None:
    ids = [await handed_in(house, members[2], title=f"第{n}件关于照明的建议") for n in range(4)]
    desk = await office.open("/review", params={"proposal": str(ids[0])})
    following = re.search(r'name="next" value="([0-9a-f-]{36})"', desk.text)
    assert following
    filed = await office.send(
        "/review",
        action="file",
        proposal_id=str(ids[0]),
        expected_version=version_of(desk.text),
        next=following[1],
    )
    assert filed.headers["location"] == f"/review?proposal={following[1]}"
    noted = await office.send(
        "/review", action="note", proposal_id=str(ids[1]), expected_version="1", note="请留意数据来源"
    )
    assert noted.status_code == 303
    assert "请留意数据来源" in words(await office.open("/review", params={"proposal": str(ids[1])}))
    converted = await office.send(
        "/review", action="convert", proposal_id=str(ids[1]), expected_version="1", target="opinion_report"
    )
    assert converted.status_code == 303, words(converted)
    merged = await office.send(
        "/review", action="merge", proposal_id=str(ids[2]), expected_version="1", into=str(ids[0])
    )
    assert merged.status_code == 303, words(merged)
    many = await office.send(
        "/review/many",
        items=[f"{ids[3]}:1", f"{ids[1]}:1"],
        outcome="not_file",
        ground="empty",
        reason="没有具体建议",
    )
    assert "已办理 1 件" in words(many)
    assert "另有 1 件没有办理" in words(many)
    listed = words(await office.open("/review/not-filed"))
    assert "第3件关于照明的建议" in listed
    assert "没有具体建议" in listed
    nothing = await office.send("/review/many", outcome="file")
    assert "请先勾选" in words(nothing)


async def test_a_scheme_is_previewed_mended_and_adopted(office: Visitor) -> None:
    page = await office.open("/review/scheme", params={"use": "taihu"})
    assert "三方会审" in words(page)
    wrong = await office.send("/review/scheme", action="preview", scheme='{"rounds": [}', source="")
    assert wrong.status_code == 422
    assert "第 1 行不是有效的 JSON" in words(wrong)
    text = (
        '{"code": "ours", "version": "1", "name": "本县二审", "rounds": ['
        '{"name": "初审", "seats": ["proposals_office"], "outcomes": ["file", "return"]},'
        '{"name": "终审", "seats": ["chairs_meeting"], "outcomes": ["file", "not_file"]}]}'
    )
    preview = await office.send("/review/scheme", action="preview", scheme=text)
    assert "终审" in words(preview)
    unsourced = await office.send("/review/scheme", action="adopt", scheme=text)
    assert "请写明依据" in words(unsourced)
    adopted = await office.send("/review/scheme", action="adopt", scheme=text, source="县政协办法第三条")
    assert adopted.status_code == 303, words(adopted)
    assert "现行：本县二审" in words(await office.open("/review/scheme"))
