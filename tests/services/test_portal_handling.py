"""Dispatch and handling on pages: the office and a unit's people do the whole way by forms, and refusals keep what was typed."""

import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from docx import Document

from chassis.ids import new_id
from infra.local.stack import Stack
from tests.handling_at_work import ROLES, Unit, in_hand, office, today, units
from tests.house import House, person
from tests.portal_at_work import Visitor, signed_in, words
from tests.proposals_at_work import done, file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import UnitDuty

WHERE = "351031"
"""A committee of this module's own."""
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Clerks:
    """A unit and its four people, each in a browser of their own."""

    id: UUID
    liaison: Visitor
    handler: Visitor
    checker: Visitor
    signer: Visitor


@pytest.fixture(scope="module", autouse=True)
async def _session(house: House) -> None:
    await open_session(house, WHERE)


@pytest.fixture(scope="module")
async def desk(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=WHERE) as somebody:
        yield somebody


@pytest.fixture(scope="module")
async def clerks(portal: Stack, house: House) -> AsyncIterator[Clerks]:
    """A unit whose people are accounts of the portal."""
    async with AsyncExitStack() as open_:
        people = {
            duty: await open_.enter_async_context(signed_in(portal, role, committee=WHERE))
            for duty, role in ROLES.items()
        }
        unit_id = await staffed(house, "水利局", {duty: one.person_id for duty, one in people.items()})
        clerk = people[UnitDuty.SIGNER]

        async def known() -> bool:
            return "安和市水利局" in words(await clerk.open("/unit"))

        await until_async(known, "the unit's people are known", limit=20)
        yield Clerks(unit_id, *(people[duty] for duty in ROLES))


@pytest.fixture(scope="module")
async def other(house: House) -> Unit:
    """A unit beside it."""
    (unit,) = await units(house, WHERE, "住建局")
    return unit


async def staffed(house: House, name: str, people: dict[UnitDuty, UUID]) -> UUID:
    """Register a unit with these people."""
    unit_id, staff = new_id(), office(WHERE)
    register = RegisterUnit(committee=WHERE, unit_id=unit_id, name=f"安和市{name}", short_name=name)
    registered = done(await house.ask(register, staff))
    posts = [UnitPost(person_id=person_id, duty=duty) for duty, person_id in people.items()]
    version = registered.version
    await house.ask(StaffUnit(committee=WHERE, unit_id=unit_id, expected_version=version, posts=posts), staff)
    return unit_id


async def filed(house: House, **written: Any) -> UUID:
    """A filed proposal nobody was asked about."""
    proposal_id = await handed_in(house, person(Role.MEMBER, committee=WHERE), **written)
    await file(house, proposal_id, committee=WHERE)
    return proposal_id


async def did(visitor: Visitor, path: str, action: str, **fields: Any) -> None:
    """Open the page, send one of its forms, and see that it was taken."""
    page = await visitor.open(path)
    assert page.status_code == 200, words(page)
    assert f'value="{action}"' in page.text, f"the page offers {action}: {words(page)}"
    response = await visitor.send(path, action=action, **fields)
    assert response.status_code == 303, words(response)
    assert response.headers["location"] == path


def reply_fields(**changes: Any) -> dict[str, Any]:
    """Three suggestions answered."""
    promised = (today() + timedelta(days=60)).isoformat()
    return {
        "opening": "您提出的提案收悉，现答复如下：",
        "text": ["已更换主管 3 处，惠及 860 户。", "已列入明年计划，正在立项。", "留作工作参考。"],
        "reply_class_0": "a",
        "reply_class_1": "b",
        "promised_by_1": promised,
        "reply_class_2": "c",
        "closing": "感谢您的关心和支持。",
    } | changes


async def test_the_whole_way_by_pages(
    house: House, portal: Stack, desk: Visitor, clerks: Clerks, other: Unit
) -> None:
    async with signed_in(portal, Role.MEMBER, committee=WHERE) as member:
        proposer = person(Role.MEMBER, committee=WHERE, person_id=member.person_id)
        proposal_id = await handed_in(house, proposer, title="关于沿河路内涝治理的建议")
        await file(house, proposal_id, committee=WHERE)
        path = f"/handling/{proposal_id}"

        waiting = await desk.open("/dispatch", params={"proposal": str(proposal_id)})
        assert "关于沿河路内涝治理的建议" in words(waiting)
        asked = await desk.send(
            "/dispatch", action="ask", proposal_id=str(proposal_id), lead_unit=str(clerks.id)
        )
        assert asked.status_code == 303, words(asked)
        assert "请确认是否由你单位承办" in words(await clerks.liaison.open(path))
        assert "请确认是否由你单位承办" not in words(await clerks.handler.open(path))
        await did(clerks.liaison, path, "accept")
        await did(desk, path, "dispatch", expected_version=version(await desk.open(path)))
        assert "待签收" in words(await clerks.liaison.open("/unit"))
        signed_for = await clerks.liaison.send("/unit", items=[str(proposal_id)])
        assert "已签收 1 件" in words(signed_for)

        handler = clerks.handler
        until = (today() + timedelta(days=40)).isoformat()
        lines = {
            "suggestion": ["0", "1", "2", "2"],
            "what": ["更换主管", "立项", "座谈", ""],
            "who": ["排水科", "规划科", "办公室", ""],
            "due_on": [until, until, until, ""],
        }
        await did(handler, path, "lines", **lines)
        page = await handler.open(path)
        line_id = re.search(r'name="line_id" value="([^"]+)"', page.text)
        assert line_id
        await did(handler, path, "result", line_id=line_id[1], evidence="更换主管 3 处，惠及 860 户")
        talk = {
            "form": "visit",
            "on": today().isoformat(),
            "with_whom": "提案人",
            "summary": "登门逐条说明。",
        }
        await did(handler, path, "talk", **talk)
        await did(handler, path, "submit", **reply_fields())
        assert "请核稿" in words(await clerks.checker.open(path))
        await did(clerks.checker, path, "pass")
        await did(clerks.signer, path, "sign")

        shown = words(await member.open(f"/proposals/{proposal_id}"))
        for part in (
            "水利局提案复",
            "B类：正在解决或列入计划",
            "已销号 1 / 3 项",
            "登门逐条说明",
            "征求提案人意见",
        ):
            assert part in shown, part
        letter = await member.open(f"{path}/letter.docx", params={"round": 1})
        assert letter.headers["content-type"] == DOCX
        assert "attachment" in letter.headers["content-disposition"]
        assert unquote(letter.headers["content-disposition"]).endswith("提案的答复.docx")
        text = [paragraph.text for paragraph in Document(io.BytesIO(letter.content)).paragraphs]
        assert text[0] == "〔C〕"
        assert "安和市水利局" in text
        assert (await member.open(f"{path}/letter.docx", params={"round": 2})).status_code == 404
        assert (await member.open(path)).status_code == 200
    async with signed_in(portal, Role.MEMBER, committee=WHERE) as stranger:
        assert (await stranger.open(path)).status_code == 404
        assert (await stranger.open(f"{path}/letter.docx")).status_code == 404


def version(page: Any) -> str:
    """The handling's version the page was made of."""
    found = re.search(r'name="expected_version" value="([^"]+)"', page.text)
    assert found
    return found[1]


def revision(page: Any) -> str:
    """The save of the reply that the page's form goes on from."""
    found = re.search(r'name="revision" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def test_a_colleagues_reply_is_shown_and_not_written_over(
    house: House, clerks: Clerks, other: Unit
) -> None:
    proposal_id = await in_the_clerks_hands(house, clerks)
    path, handler = f"/handling/{proposal_id}", clerks.handler
    opened = revision(await handler.open(path))
    first = await handler.send(path, action="save", revision=opened, **reply_fields(closing="先写的一份。"))
    assert first.status_code == 303
    late = reply_fields(closing="后写的一份。")
    refused = await handler.send(path, action="save", revision=opened, **late)
    assert refused.status_code == 409
    assert "请比对" in words(refused)
    assert "先写的一份。" in refused.text
    assert "后写的一份。" in refused.text, "nothing typed is lost"
    compared = re.search(r'name="compared" value="([^"]+)"', refused.text)
    assert compared
    settled = await handler.send(path, action="save", revision=opened, compared=compared[1], **late)
    assert settled.status_code == 303
    assert "后写的一份。" in (await handler.open(path)).text


async def test_a_refused_reply_keeps_what_was_typed(house: House, clerks: Clerks, other: Unit) -> None:
    proposal_id = await in_the_clerks_hands(house, clerks)
    path = f"/handling/{proposal_id}"
    handler = clerks.handler
    await handler.open(path)
    fields = reply_fields(closing="此致敬礼，特此函复。", promised_by_1="")
    refused = await handler.send(path, action="submit", **fields)
    assert refused.status_code >= 400
    assert "不协商不答复" in words(refused)
    assert "此致敬礼，特此函复。" in refused.text
    talk = {"form": "phone", "on": today().isoformat(), "with_whom": "提案人", "summary": "电话说明。"}
    await did(handler, path, "talk", **talk)
    refused = await handler.send(path, action="submit", revision=revision(refused), **fields)
    assert "第 2 条建议是 B 类" in words(refused)
    assert 'href="#promised-1"' in refused.text, "the problem leads to its field"
    again = await handler.open(path)
    assert "此致敬礼，特此函复。" in again.text, "it was saved before it was refused"
    draft = await handler.open(f"{path}/letter.docx")
    assert "（草稿）" in unquote(draft.headers["content-disposition"])


async def test_the_reply_saves_itself_and_needs_the_secret(house: House, clerks: Clerks, other: Unit) -> None:
    proposal_id = await in_the_clerks_hands(house, clerks)
    path, handler = f"/handling/{proposal_id}", clerks.handler
    await handler.open(path)
    body = {"opening": "边写边存", "lines": [{"text": "写到一半", "reply_class": None, "promised_by": None}]}
    headers = {"x-csrf-token": handler.csrf, "x-command-id": str(new_id())}
    saved = await handler.client.put(f"{path}/reply", json=body, headers=headers)
    assert saved.status_code == 200, saved.text
    assert saved.json()["saved_at"]
    assert "写到一半" in (await handler.open(path)).text
    stolen = await handler.client.put(f"{path}/reply", json=body, headers=headers | {"x-csrf-token": "no"})
    assert stolen.status_code == 403
    wrong = body | {"lines": "x"}
    assert (await handler.client.put(f"{path}/reply", json=wrong, headers=headers)).status_code == 400


async def test_an_objection_is_answered_on_the_page(
    house: House, desk: Visitor, clerks: Clerks, other: Unit
) -> None:
    proposal_id = await filed(house)
    path = f"/handling/{proposal_id}"
    await desk.open("/dispatch")
    await desk.send("/dispatch", action="ask", proposal_id=str(proposal_id), lead_unit=str(clerks.id))
    await clerks.liaison.open(path)
    empty = await clerks.liaison.send(path, action="return", reason="")
    assert empty.status_code == 400
    await did(clerks.liaison, path, "return", reason="不属于我局职责", suggested_unit=str(other.id))
    assert str(proposal_id) in (await desk.open("/dispatch", params={"tab": "returned"})).text
    assert "不属于我局职责" in words(await desk.open(path))
    nobody = await desk.send(
        path, action="move", unit_id=str(clerks.id), new_unit="", answer_text="改由住建局主办"
    )
    assert nobody.status_code == 400
    assert "改由住建局主办" in nobody.text, "what was typed is kept"
    await did(
        desk, path, "move", unit_id=str(clerks.id), new_unit=str(other.id), answer_text="改由住建局主办"
    )
    assert "住建局" in words(await desk.open(path))
    gone = await clerks.liaison.open(path)
    assert gone.status_code == 404, "a unit that handed its part over has none"


async def test_bulk_dispatch_says_what_became_of_each(
    house: House, desk: Visitor, clerks: Clerks, other: Unit
) -> None:
    first, second = [await filed(house) for _ in range(2)]
    await desk.open("/dispatch")
    for proposal_id in (first, second):
        await desk.send("/dispatch", action="ask", proposal_id=str(proposal_id), lead_unit=str(clerks.id))
    await did(clerks.liaison, f"/handling/{first}", "accept")
    page = await desk.open("/dispatch", params={"tab": "asked"})
    items = re.findall(r'name="items" value="([^"]+)"', page.text)
    chosen = [item for item in items if item.startswith((str(first), str(second)))]
    assert len(chosen) == 2
    result = words(await desk.send("/dispatch", action="dispatch", items=chosen))
    assert "已正式交办 1 件，1 件没有办成" in result
    assert "还有单位没有确认" in result
    assert (await desk.send("/dispatch", action="dispatch")).status_code == 400


async def test_a_unit_is_not_asked_twice_and_the_choice_is_kept(
    house: House, desk: Visitor, clerks: Clerks
) -> None:
    proposal_id = await filed(house)
    await desk.open("/dispatch")
    twice = await desk.send(
        "/dispatch",
        action="ask",
        proposal_id=str(proposal_id),
        lead_unit=str(clerks.id),
        co_units=[str(clerks.id)],
    )
    assert twice.status_code == 422
    assert "主办单位不能同时是会办单位" in words(twice)
    assert re.search(rf'name="lead_unit" value="{clerks.id}"[^>]* checked', twice.text)


async def test_the_committees_times_and_the_circular(desk: Visitor, portal: Stack, clerks: Clerks) -> None:
    assert "交办办理时限" in words(await desk.open("/dispatch/rules"))
    wrong = await desk.send(
        "/dispatch/rules", object_days="0", answer_days="7", lead_months="3", co_months="1", source="办法"
    )
    assert wrong.status_code == 400
    taken = await desk.send(
        "/dispatch/rules",
        object_days="5",
        answer_days="7",
        lead_months="3",
        co_months="1",
        source="办法第三条",
    )
    assert taken.status_code == 303
    assert "办法第三条" in (await desk.open("/dispatch/rules")).text
    circular = await desk.open("/circular")
    assert "水利局" in words(circular)
    assert 'role="img" aria-label="水利局：交办' in circular.text
    assert (await desk.open("/circular", params={"since": "2026-02-30"})).status_code == 400
    async with signed_in(portal, Role.INSPECTION_OFFICE, committee=WHERE) as inspector:
        assert (await inspector.open("/dispatch")).status_code == 200
        assert (await inspector.open("/circular")).status_code == 200
        assert 'value="ask"' not in (await inspector.open("/dispatch")).text
    async with signed_in(portal, Role.MEMBER, committee=WHERE) as member:
        assert (await member.open("/dispatch")).status_code == 403
        assert (await member.open("/unit")).status_code == 403


async def in_the_clerks_hands(house: House, clerks: Clerks) -> UUID:
    """A proposal the clerks' unit has signed for."""
    unit = Unit(
        clerks.id,
        "水利局",
        *(person(role, committee=WHERE, person_id=who.person_id) for role, who in _posts(clerks)),
    )
    return (await in_hand(house, WHERE, unit)).proposal_id


def _posts(clerks: Clerks) -> list[tuple[Role, Visitor]]:
    visitors = (clerks.liaison, clerks.handler, clerks.checker, clerks.signer)
    return list(zip(ROLES.values(), visitors, strict=True))
