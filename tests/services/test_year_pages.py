"""A duty year is closed and a suggestion decided on by pages alone (row 08): fifteen pass, fourteen are suggested."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from tests.house import House
from tests.members_at_work import adopt, some_members
from tests.portal_at_work import Visitor, account, signed_in, visitor, words
from tests.services.test_members_duty import LAST_YEAR, record
from tests.waiting import until_async
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import DutyKind

COMMITTEE = "350466"
SUGGESTED = f"{LAST_YEAR} 年度积分 14 分，低于 15 分"


@pytest.fixture(scope="module")
async def roster(portal: Stack, house: House) -> list[MemberRow]:
    """The first has fifteen points, the second fourteen."""
    await adopt(house, COMMITTEE)
    members = list(await some_members(house, COMMITTEE, 2))
    await record(house, COMMITTEE, members[0], DutyKind.ACTIVITY, 3)
    await record(house, COMMITTEE, members[1], DutyKind.ACTIVITY, 2)
    await record(house, COMMITTEE, members[1], DutyKind.VOLUNTEERING, 2)
    return members


@pytest.fixture(scope="module")
async def office(portal: Stack, roster: list[MemberRow]) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBERS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


async def test_a_year_that_is_over_is_closed_on_the_page_and_one_that_is_not_is_refused(
    office: Visitor,
) -> None:
    this_year = words(await office.open("/ranking", params={"year": str(LAST_YEAR + 1)}))
    assert "结算本年度" not in this_year
    refused = await office.send("/ranking", year=str(LAST_YEAR + 1))
    assert refused.status_code == 409
    assert "请在此之后结算" in words(refused)
    nonsense = await office.send("/ranking", year="去年")
    assert nonsense.status_code == 400

    page = words(await office.open("/ranking", params={"year": str(LAST_YEAR)}))
    assert f"{LAST_YEAR} 年度尚未结算" in page
    closed = await office.send("/ranking", year=str(LAST_YEAR))
    assert closed.status_code == 303, words(closed)
    page = words(await office.open(closed.headers["location"]))
    assert f"{LAST_YEAR} 年度已结算：1 人达标，1 人未达标。" in page
    assert "1 人达标，1 人未达标" in words(await office.open("/ranking", params={"year": str(LAST_YEAR)}))
    assert "结算其余" not in page


async def test_the_suggestion_is_decided_on_where_the_work_leads(
    portal: Stack, office: Visitor, roster: list[MemberRow]
) -> None:
    async def in_my_work() -> bool:
        return SUGGESTED in words(await office.open("/work"))

    await until_async(in_my_work, "the suggestion is work to do")
    path = f"/members/{roster[1].member_id}"
    page = words(await office.open(path, params={"year": str(LAST_YEAR)}))
    assert "建议不是决定，待上级政协研究" in page
    fields = {"action": "decide", "year": str(LAST_YEAR), "decision": "keep"}
    refused = await office.send(f"{path}/duty?year={LAST_YEAR}", **fields, reason="因病" * 300)
    assert refused.status_code == 400
    assert "因病" * 300 in refused.text, "nobody writes it twice"
    done = await office.send(f"{path}/duty?year={LAST_YEAR}", **fields, reason="住院四个月，继续履职")
    assert done.status_code == 303, words(done)
    page = words(await office.open(done.headers["location"]))
    assert "留任并约谈 ：住院四个月，继续履职" in page
    assert "登记研究决定" not in page
    again = await office.send(f"{path}/duty?year={LAST_YEAR}", **fields, reason="再来一次")
    assert again.status_code == 409

    async def gone() -> bool:
        return not await in_my_work()

    await until_async(gone, "nothing is left to decide")


async def test_a_member_reads_how_the_year_ended_and_decides_nothing(
    portal: Stack, office: Visitor, roster: list[MemberRow]
) -> None:
    for member, outcome in ((roster[0], "达标"), (roster[1], "建议请辞")):
        login = await account(portal, Role.MEMBER, committee=COMMITTEE, person_id=member.person_id)
        async with visitor(portal) as somebody:
            await somebody.open("/login")
            assert (await somebody.sign_in(login)).status_code == 303
            page = words(await somebody.open("/members/me", params={"year": str(LAST_YEAR)}))
            assert f"{LAST_YEAR} 年度结算 {outcome}" in page
            assert "登记研究决定" not in page
