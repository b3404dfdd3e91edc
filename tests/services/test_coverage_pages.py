"""The liaison grid on its pages: lists and rules, links, venues, the conveners' year, a team at a consultation."""

import re
from typing import Final

from infra.local.stack import Stack
from tests.consultation_at_work import adopt
from tests.house import House
from tests.members_at_work import some_members
from tests.portal_at_work import Visitor, signed_in, words
from tongxin_contracts.permissions import Role

HERE: Final = "351628"
OK, MOVED, INVALID, FORBIDDEN = 200, 303, 422, 403
LISTS: Final = {
    "names.officer": "王一\n李二",
    "names.township": "东镇\n西镇",
    "names.convener": "张三",
    "name.0": "一对一联系指导",
    "from.0": "officer",
    "to.0": "township",
    "per_from.0": "1",
    "per_to.0": "1",
}


def version(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


async def sent(visitor: Visitor, path: str, **fields: object) -> str:
    """Send a form that is accepted; the page it leads to, in words."""
    response = await visitor.send(path, **fields)
    assert response.status_code == MOVED, words(response)
    return words(await visitor.open(response.headers["location"]))


async def test_an_office_makes_the_grid_with_forms_alone(portal: Stack, house: House) -> None:
    async with (
        signed_in(portal, Role.MEMBERS_OFFICE, committee=HERE) as office,
        signed_in(portal, Role.MEMBER, committee=HERE) as member,
    ):
        page = await office.open("/coverage")
        assert "还没有联系规则" in words(page)
        said = await sent(office, "/coverage", action="rules", version=version(page.text), **LISTS)
        assert "0 / 2 个乡镇街道已有人联系" in said
        assert "东镇（应有 1，现有 0）" in said
        page = await office.open("/coverage")
        rule = re.search(r'name="rule" value="(\w+)"', page.text)
        assert rule
        links = {"action": "links", "rule": rule[1], "version": version(page.text)}
        refused = await office.send("/coverage", **links, **{"giver.0": "王一", "giver.1": "王一"})
        assert refused.status_code == INVALID
        assert "机关干部“王一”联系了 2 个乡镇街道，最多 1 个。" in words(refused)
        assert re.search(r"<details[^>]* open><summary>安排", refused.text), "the refused form is open"
        said = await sent(office, "/coverage", **links, **{"giver.0": "王一", "giver.1": "李二"})
        assert "全部落实" in said
        late = await office.send("/coverage", **links, **{"giver.0": "李二", "giver.1": "王一"})
        assert late.status_code not in (OK, MOVED), "somebody else saved meanwhile"
        page = await office.open("/coverage")
        venue = {
            "place": "东镇",
            "kind": "convener_room",
            "name": "东镇召集人工作室",
            "version": version(page.text),
        }
        said = await sent(office, "/coverage", action="venue", **venue, has=["rules", "plan"])
        assert "没有委员活动室" in said
        assert "东镇召集人工作室缺协商活动、工作人员、档案台账" in said
        seen = words(await member.open("/coverage"))
        assert "王一" in seen
        assert "保存安排" not in seen
        assert (await member.open("/coverage/conveners")).status_code == FORBIDDEN


async def test_the_conveners_year_is_taken_into_an_evaluation(portal: Stack, house: House) -> None:
    async with signed_in(portal, Role.MEMBERS_OFFICE, committee="351629") as office:
        page = await office.open("/coverage")
        rule = {"name.0": "乡镇召集人", "from.0": "convener"}
        await sent(
            office,
            "/coverage",
            action="rules",
            version=version(page.text),
            **{**LISTS, **rule, "names.township": "东镇"},
        )
        page = await office.open("/coverage")
        code = re.search(r'name="rule" value="(\w+)"', page.text)
        assert code
        links = {"action": "links", "rule": code[1], "version": version(page.text), "giver.0": "张三"}
        await sent(office, "/coverage", **links)
        page = await office.open("/coverage/conveners")
        assert "张三 东镇" in words(page)
        year = re.search(r'name="year" value="(\d+)"', page.text)
        assert year
        included = {"year": year[1], "purpose": "report", "document": "市委〔2026〕3 号"}
        said = await sent(office, "/coverage/conveners", **included)
        assert "乡镇党委书记党建述职：市委〔2026〕3 号" in said
        again = await office.send("/coverage/conveners", **included)
        assert again.status_code not in (OK, MOVED)
        assert "不能再改" in words(again)


async def test_a_team_is_named_when_beginning_and_changed_afterwards(portal: Stack, house: House) -> None:
    members = await some_members(house, HERE, 2)
    await adopt(house, HERE, "four_orders")
    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=HERE) as clerk:
        start = {"template": "four_orders", "title": "用工难", "entry": "enterprise", "party": "某机械公司"}
        await clerk.open("/processes/new?template=four_orders")
        refused = await clerk.send("/processes/new", **start, **{"team.fixed": "没有这个人"})
        assert refused.status_code == INVALID
        assert "没有找到委员“没有这个人”。" in words(refused)
        named = {"team.fixed": members[0].name, "team.profession": "公职律师", "venue": "协商亭"}
        begun = await clerk.send("/processes/new", **start, **named)
        assert begun.status_code == MOVED, words(begun)
        path = begun.headers["location"]
        page = await clerk.open(path)
        assert "某机械公司（进企业）" in words(page)
        assert f"固定成员（1 人） {members[0].name}" in words(page)
        both = f"{members[0].name}、{members[1].name}"
        changed = {"action": "team", "version": version(page.text), "team.fixed": both, "venue": "回音亭"}
        said = await sent(clerk, path, **changed)
        assert "固定成员（2 人）" in said
        assert "回音亭" in said
        listed = words(await clerk.open("/processes"))
        assert "进企业：1 家提出 1 件" in listed
