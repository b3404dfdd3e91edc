"""Pages of what follows a reply, without a browser's script."""

import re
from collections.abc import AsyncIterator

import pytest

from chassis.identity import Actor
from infra.local.stack import Stack
from tests.handling_at_work import Unit
from tests.house import House
from tests.portal_at_work import Visitor, account, signed_in, visitor, words
from tests.proposals_at_work import open_session
from tests.replies_at_work import Replied, after_today, make_unit, promise, replied
from tongxin_contracts.permissions import Role

COMMITTEE = "351125"
ANSWERS = {
    "action": "answer",
    "visited": "phone",
    "attitude": "dissatisfied",
    "heard": "partly",
    "fit": "not",
    "result": "disagree",
    "words": "第二条<b>没有</b>答复",
}


@pytest.fixture(scope="module")
async def unit(portal: Stack, house: House) -> Unit:
    await open_session(house, COMMITTEE)
    return await make_unit(house, COMMITTEE, "市水务局")


@pytest.fixture(scope="module")
async def office(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


@pytest.fixture
async def made(house: House, unit: Unit) -> Replied:
    return await replied(house, unit, lines=[promise(40)])


async def enter(portal: Stack, browser: Visitor, actor: Actor) -> Visitor:
    """Sign somebody in who is known to the services already."""
    login = await account(portal, *actor.roles, committee=COMMITTEE, person_id=actor.person)
    assert (await browser.sign_in(login)).status_code == 303
    return browser


async def test_a_proposer_answers_five_questions_and_the_office_decides(
    portal: Stack, office: Visitor, made: Replied, unit: Unit
) -> None:
    path = f"/feedback/{made.proposal_id}"
    async with visitor(portal) as browser:
        proposer = await enter(portal, browser, made.proposer)
        form = await proposer.open(path)
        assert len(re.findall("<fieldset", form.text)) == 5
        assert path in (await proposer.open(f"/proposals/{made.proposal_id}")).text
        missing = await proposer.send(path, **{k: v for k, v in ANSWERS.items() if k != "result"})
        assert missing.status_code == 400
        assert re.search(r'value="phone" required checked', missing.text), "what was chosen stays chosen"
        sent = await proposer.send(path, **ANSWERS)
        assert (sent.status_code, sent.headers["location"]) == (303, path)
        assert "第二条<b>没有</b>答复" in words(await proposer.open(path)), "and is shown as it was written"
        assert "1 个月" not in words(await proposer.open(path)), "only the office decides"

    shown = words(await office.open(path))
    assert "提案人不满意，请研究" in shown
    empty = await office.send(path, action="rehandle", reason="")
    assert empty.status_code == 400
    ordered = await office.send(path, action="rehandle", reason="请就第二条补充答复")
    assert ordered.status_code == 303
    assert "重新办理" in words(await office.open(path))


async def test_a_stranger_finds_no_feedback(portal: Stack, made: Replied) -> None:
    async with signed_in(portal, Role.MEMBER, committee=COMMITTEE) as stranger:
        assert (await stranger.open(f"/feedback/{made.proposal_id}")).status_code == 404
        assert "提案人反馈" not in words(await stranger.open(f"/proposals/{made.proposal_id}"))


async def test_promises_are_listed_and_have_a_page(portal: Stack, office: Visitor, made: Replied) -> None:
    listed = await office.open("/commitments")
    assert "增加两台机组" in words(listed)
    [first, *_] = re.findall(r'href="(/commitments/[0-9a-f-]{36})"', listed.text)
    assert "到期后自动提醒单位" in words(await office.open(first))
    refused = await office.send(first, action="settle", found="kept")
    assert refused.status_code == 409
    nowhere = await office.open(f"/commitments/{made.proposal_id}")
    assert nowhere.status_code == 404


async def test_rates_name_their_denominators(office: Visitor, made: Replied) -> None:
    page = await office.open("/rates")
    assert made.proposal_id
    assert "分母是全部立案的提案" in words(page)
    assert re.search(r'role="img" aria-label="全部提案：立案 \d+ 件', page.text)


async def test_an_appraisal_is_opened_scored_counted_voted_and_published(
    portal: Stack, office: Visitor, made: Replied, unit: Unit
) -> None:
    weights = {"weight_on_time": "60", "weight_member_scores": "30"}
    opening = {
        "year": str(after_today(0).year),
        "scoring_until": after_today(9).isoformat(),
        "source": "办法",
    }
    refused = await office.send("/appraisal", **opening, **weights)
    assert refused.status_code == 422
    assert "现在是 90" in words(refused)
    weights["weight_member_scores"] = "40"
    opened = await office.send("/appraisal", **opening, **weights)
    assert opened.status_code == 303, words(opened)
    path = opened.headers["location"]
    marks = {f"mark_{place}": "4" for place in range(1, 5)}
    async with visitor(portal) as browser:
        proposer = await enter(portal, browser, made.proposer)
        assert "请您评分" in words(await proposer.open(path))
        about = {"proposal_id": str(made.proposal_id)}
        assert (await proposer.send(path, action="score_unit", **about, **marks)).status_code == 303
        assert "已评分" in words(await proposer.open(path))
        assert "按期 1" not in words(await proposer.open(path)), "no figures before publication"
    assert (await office.send(path, action="publish")).status_code == 409
    assert (await office.send(path, action="close_scoring")).status_code == 303
    async with signed_in(portal, Role.STANDING_COMMITTEE, committee=COMMITTEE) as standing:
        assert re.search(r'class="score-total">\d+\.\d\d<', (await standing.open(path)).text)
        voted = await standing.send(path, action="vote", in_favour="9", against="1", abstained="0")
        assert voted.status_code == 303
    assert (await office.send(path, action="publish")).status_code == 303
    assert "已公布" in words(await office.open(path))
