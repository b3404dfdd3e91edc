"""Consultation on its pages: from the topic over the step's form and its files to the outcome at the proposal."""

import re
from typing import Final

import pytest

from infra.local.stack import Stack
from tests.consultation_at_work import PNG, adopt, complete, office, seen, start, take
from tests.house import House, person
from tests.portal_at_work import Visitor, signed_in, words
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.review_commands import MergeProposal
from tongxin_contracts.words import StepOutcome

HERE: Final = "351627"
OK, MOVED, INVALID, FORBIDDEN = 200, 303, 422, 403


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def done(visitor: Visitor, path: str, **fields: str) -> str:
    """Send a form that is accepted; the page it leads to, in words."""
    response = await visitor.send(path, **fields)
    assert response.status_code == MOVED, words(response)
    return words(await visitor.open(response.headers["location"]))


async def test_a_proposal_becomes_a_topic_is_talked_over_and_gets_its_evidence(  # noqa: PLR0915  (one journey)
    house: House, portal: Stack
) -> None:
    await open_session(house, HERE)
    await adopt(house, HERE, "seven_steps")
    async with (
        signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk,
        signed_in(portal, Role.MEMBER, committee=HERE) as author,
    ):
        proposer = person(Role.MEMBER, committee=HERE, person_id=author.person_id)
        proposal_id = await handed_in(house, proposer)
        await file(house, proposal_id, committee=HERE)
        topic_id = await take(house, HERE, proposal_id)
        page = await clerk.open(f"/topics/{topic_id}")
        assert "补齐选题预可研" in words(page)
        form = await clerk.open(f"/processes/new?topic={topic_id}&template=seven_steps")
        assert f'value="{topic_id}" selected' in form.text
        started = await clerk.send("/processes/new", template="seven_steps", topic=str(topic_id))
        assert started.status_code == MOVED, words(started)
        path = started.headers["location"]

        page = await clerk.open(path)
        assert "轮到您了" in words(page)
        assert '<li aria-current="step"><strong>意见收集</strong>' in page.text
        empty = {"action": "complete", "step": "collect", "outcome": "done", "version": version(page.text)}
        refused = await clerk.send(path, **empty, field_0="积水", field_1="")
        assert refused.status_code == INVALID
        assert "“意见来源”没有填写" in words(refused)
        assert "积水" in words(refused), "what was typed stays"
        assert "主体确定" in await done(clerk, path, **empty, field_0="积水", field_1="提案")
        for step, fields in (("bodies", {"field_0": "住建局、住户"}), ("survey", {"field_0": "看了三处"})):
            page = await clerk.open(path)
            if step == "survey":
                attached = await clerk.send(
                    f"{path}/files", {"file": ("报告.png", PNG, "image/png")}, kind="调研报告"
                )
                assert attached.status_code == MOVED, words(attached)
                page = await clerk.open(path)
                link = re.search(rf'href="({path}/files/[^"]+)"', page.text)
                assert link
                assert (await author.open(link[1])).content == PNG
            await done(
                clerk,
                path,
                action="complete",
                step=step,
                outcome="done",
                version=version(page.text),
                **fields,
            )
        page = await clerk.open(path)
        talk = {"action": "complete", "step": "talk", "outcome": "no_consensus", "field_0": "各说各话"}
        held = {"notice_on": "2026-03-02", "held_on": "2026-03-03", "version": version(page.text)}
        early = await clerk.send(path, **talk, **held)
        assert "只提前了 1 个工作日" in words(early)
        await done(clerk, path, **talk, **(held | {"held_on": "2026-03-09"}))
        attached = await clerk.send(f"{path}/files", {"file": ("专报.png", PNG, "image/png")}, kind="专报")
        assert attached.status_code == MOVED
        page = await clerk.open(path)
        await done(clerk, path, action="complete", step="report", outcome="done", version=version(page.text))
        page = await clerk.open(path)
        wrong = {"action": "conclude", "version": version(page.text), "summary": "分段先办，其余报送"}
        assert "未达成共识，不能形成" in words(await clerk.send(path, **wrong, outcome="advice"))
        assert "分段先办" in await done(clerk, path, **wrong, outcome="special_report")

        async def at_the_proposal() -> bool:
            return "分段先办，其余报送" in words(await author.open(f"/proposals/{proposal_id}"))

        await until_async(at_the_proposal, "the proposal shows its evidence")
        shown = await author.open(f"/proposals/{proposal_id}")
        assert "未达成共识，意见供决策参考" in words(shown)
        assert f'href="{path}"' in shown.text
        assert (await author.open(path)).status_code == OK


async def test_topics_and_plan_on_their_pages(portal: Stack) -> None:
    async with (
        signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk,
        signed_in(portal, Role.MEMBER, committee=HERE) as member,
        signed_in(portal, Role.CHAIRS_MEETING, committee=HERE) as chairs,
    ):
        study = {"reason": "难", "policy": "条例", "situation": "现状", "problems": "卡点"}
        asked = {"title": "小区加装电梯", "source": "public", "brought_by": "明湖小区居民"}
        await member.open("/topics/new")
        refused = await member.send("/topics/new", **asked, **study, direction="")
        assert refused.status_code == INVALID
        assert "还缺“建言方向”" in words(refused)
        assert "明湖小区居民" in refused.text
        sent = await member.send("/topics/new", **asked, **study, direction="先试点")
        assert sent.status_code == MOVED, words(sent)
        path = sent.headers["location"]
        page = await clerk.open(path)
        await done(clerk, path, action="accept", version=version(page.text), reason="")
        year = {"year": "2030"}
        await done(clerk, "/plan", action="draft", max_topics="15", **year)
        topic = path.rpartition("/")[2]
        planned = await done(clerk, "/plan", action="add", topic_id=topic, month="6", form="special", **year)
        assert "小区加装电梯 专题协商" in planned
        await done(clerk, "/plan", action="submit", **year)
        await chairs.open("/plan?year=2030")
        approval = {"approved_by": "中共县委", "document_number": "县办1号", "approved_on": "2026-01-09"}
        await done(chairs, "/plan", action="approve", **approval, **year)
        await done(clerk, "/plan", action="publish", **year)
        assert "小区加装电梯" in words(await member.open("/plan?year=2030"))


async def test_one_that_is_not_the_readers_says_who_it_waits_for(house: House, portal: Stack) -> None:
    await adopt(house, HERE, "four_orders")
    process_id = await start(house, HERE, "four_orders")
    async with signed_in(portal, Role.MEMBER, committee=HERE) as member:
        page = await member.open(f"/processes/{process_id}")
        assert "等待专委会办公室" in words(page)
        assert "办结这一步" not in words(page)
        forced = await member.send(
            f"/processes/{process_id}", action="complete", step="order", outcome="done", version="1"
        )
        assert forced.status_code == FORBIDDEN
        assert "老旧小区停车难" in words(await member.open("/processes"))


@pytest.mark.parametrize("path", ["/topics", "/plan", "/processes", "/templates", "/templates/one_key"])
async def test_every_page_opens_for_a_member(portal: Stack, path: str) -> None:
    async with signed_in(portal, Role.MEMBER, committee=HERE) as member:
        assert (await member.open(path)).status_code == OK


async def test_ratings_are_counted_with_the_unrated(house: House, portal: Stack) -> None:
    await adopt(house, HERE, "one_key")
    proposer = person(Role.MEMBER, committee=HERE)
    process_id = await start(house, HERE, "one_key", brought_by=[proposer.person])
    await complete(house, HERE, process_id, proposer, fields={"建议内容": "装路灯"})
    await complete(house, HERE, process_id, office(HERE), fields={"交办意见": "办"})
    await complete(house, HERE, process_id, office(HERE), fields={"办理措施": "装"})
    await complete(house, HERE, process_id, office(HERE), fields={"办理结果": "亮"})
    await complete(house, HERE, process_id, proposer, StepOutcome.SATISFIED)
    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk:
        assert "未评价不算满意" in words(await clerk.open("/processes"))


async def test_authors_of_a_merged_proposal_are_asked_too(house: House) -> None:
    await open_session(house, HERE)
    await adopt(house, HERE, "seven_steps")
    first, other = person(Role.MEMBER, committee=HERE), person(Role.MEMBER, committee=HERE)
    kept, merged = await handed_in(house, first), await handed_in(house, other)
    await file(house, kept, committee=HERE)
    await house.ask(
        MergeProposal(
            committee=HERE, proposal_id=merged, expected_version=1, into=kept, explanation="同一件事"
        ),
        person(Role.PROPOSALS_OFFICE, committee=HERE),
    )
    topic_id = await take(house, HERE, kept)

    async def both_are_asked() -> bool:
        process_id = await start(house, HERE, "seven_steps", topic_id=topic_id)
        return set((await seen(house, HERE, process_id)).proposers) == {first.person, other.person}

    await until_async(both_are_asked, "consultation knows all authors")
