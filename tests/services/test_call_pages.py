"""From the office's list of topics to a member's draft, as their browsers see it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from infra.local.stack import Stack
from services.portal.pages.topic_lines import read_topics
from tests.portal_at_work import Visitor, signed_in
from tests.proposals_at_work import TEXT
from tests.replies_at_work import after_today
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Category

COMMITTEE = "361358"
OPENS_ON = after_today(50)
CALL = {
    "document": "关于征集政协全会提案的通知",
    "opens_on": OPENS_ON.isoformat(),
    "closes_on": (OPENS_ON - timedelta(days=5)).isoformat(),
    "hints_economy": "1. 山区茶园机耕路建设：从运输成本入手\n",
    "hints_ecology": "花亭湖周边污水收集",
}


@pytest.fixture
async def officer(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


@pytest.fixture
async def member(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBER, committee=COMMITTEE) as somebody:
        yield somebody


def test_pasted_lines_become_topics() -> None:
    lines = {
        "hints_economy": "一、中小企业首贷难\n\n2.茶园机耕路: 从成本入手",
        "hints_society": "路\n" + "长" * 61,
    }
    topics, problems = read_topics(lines)
    assert [(topic.title, topic.text, topic.category) for topic in topics] == [
        ("中小企业首贷难", "", Category.ECONOMY),
        ("茶园机耕路", "从成本入手", Category.ECONOMY),
    ]
    assert [problem.field for problem in problems] == ["hints_society"] * 2
    assert [problem.field for problem in read_topics({})[1]] == ["hints"]


async def test_a_call_that_is_refused_comes_back_as_it_was_typed(officer: Visitor) -> None:
    await officer.open("/calls")
    late = CALL | {"opens_on": after_today(10).isoformat(), "closes_on": after_today(5).isoformat()}
    refused = await officer.send("/calls", **late)
    assert refused.status_code == 422
    assert "最晚应在" in refused.text
    assert "山区茶园机耕路建设：从运输成本入手" in refused.text
    empty = await officer.send("/calls", document="", opens_on="", closes_on="")
    assert empty.status_code == 422
    for said in ("请选择会议开幕日期", "请选择征集截止日期", "请填写通知的名称", "请至少写一个选题"):
        assert said in empty.text


async def test_a_member_begins_a_draft_on_a_topic_with_one_click(officer: Visitor, member: Visitor) -> None:
    await officer.open("/calls")
    sent = await officer.send("/calls", **CALL)
    assert sent.status_code == 303
    assert "还没有提案" in (await officer.open("/calls")).text

    form = await member.open("/proposals/new")
    assert "山区茶园机耕路建设" in form.text, "topics are above a new proposal's form"
    page = await member.open("/calls")
    assert "发出征集</summary>" not in page.text, "members do not call"
    [first, _] = re.findall(r'name="hint_id" value="([^"]+)"', page.text)
    begun = await member.send("/calls/write", hint_id=first)
    assert begun.status_code == 303
    draft = await member.open(begun.headers["location"])
    assert "选题：山区茶园机耕路建设" in draft.text
    assert re.search(r'value="economy"\s+checked', draft.text), "the category is filled in"

    text = {name: TEXT[name] for name in ("title", "facts", "analysis")} | {"suggestions": "一是修路。"}
    draft_id = re.search(r'data-draft="([^"]+)"', draft.text)
    assert draft_id
    fields = text | {"draft_id": draft_id[1], "revision": "1", "category": "economy", "action": "submit"}
    handed_in = await member.send(f"/proposals/{draft_id[1]}/edit", **fields)
    assert handed_in.status_code == 303
    shown = await member.open(handed_in.headers["location"])
    assert "<dt>选题</dt><dd>山区茶园机耕路建设</dd>" in shown.text
    assert "提交 1 件，立案 0 件" in (await officer.open("/calls")).text
