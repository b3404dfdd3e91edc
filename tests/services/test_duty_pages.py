"""Pages of units, staff accounts, days of duty, ranking and appeals: what an office does with forms alone."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from chassis.ids import new_id
from infra.local.stack import Stack
from services.portal.calendar_file import calendar_file
from tests.house import House
from tests.members_at_work import adopt, some_members
from tests.portal_at_work import Visitor, account, signed_in, visitor, words
from tests.services.test_members_duty import LAST_YEAR, record
from tests.services.test_reception import days, reception_plan
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import DutyKind

COMMITTEE = "350440"


@pytest.fixture(scope="module")
async def roster(portal: Stack, house: House) -> list[MemberRow]:
    await adopt(house, COMMITTEE)
    return list(await some_members(house, COMMITTEE, 3))


@pytest.fixture(scope="module")
async def office(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.MEMBERS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


@pytest.fixture(scope="module")
async def admin(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as somebody:
        yield somebody


async def test_an_account_for_a_unit_is_made_and_its_person_is_put_on_the_unit(admin: Visitor) -> None:
    await admin.open("/accounts")
    refused = await admin.send("/accounts", action="add", login="X", name="周联络", roles="member")
    assert refused.status_code == 422
    assert "由名册生成" in words(refused)
    login = f"unit-{new_id().hex[-8:]}"
    made = await admin.send(
        "/accounts", action="add", login=login, name="周联络", roles=["unit_liaison", "unit_handler"]
    )
    assert "只显示这一次" in words(made)
    assert "承办单位联络员" in words(made)
    again = await admin.send("/accounts", action="add", login=login, name="别人", roles="unit_signer")
    assert "已经有人使用" in words(again)

    await admin.open("/units")
    taken = await admin.send("/units", name="安和市水务局", short_name="市水务局")
    assert taken.status_code == 303, words(taken)
    unit = taken.headers["location"]
    page = (await admin.open(unit)).text
    liaison = re.search(r'value="(liaison:[0-9a-f-]{36})"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert liaison, "the account just made may be chosen"
    assert version
    staffed = await admin.send(unit, action="staff", version=version[1], posts=[liaison[1]])
    assert staffed.status_code == 303, words(staffed)
    assert "周联络" in words(await admin.open("/units"))
    stale = await admin.send(unit, action="staff", version=version[1], posts=[liaison[1]])
    assert stale.status_code == 409
    twice = await admin.send("/units", name="安和市水务局", short_name="水务")
    assert "已在承办单位名单中" in words(twice)


async def test_the_three_officers_are_three_people(admin: Visitor) -> None:
    await admin.open("/accounts")
    refused = await admin.send(
        "/accounts", action="add", login="officer", name="一人", roles=["security_officer", "auditor"]
    )
    assert refused.status_code == 422
    assert "不同的人担任" in words(refused)


async def test_a_duty_is_recorded_and_corrected_on_the_dossier(
    office: Visitor, roster: list[MemberRow]
) -> None:
    path = f"/members/{roster[0].member_id}"
    await office.open(path)
    fields = {"kind": "activity", "on": f"{LAST_YEAR}-05-08", "quantity": "1", "attendance": "present"}
    done = await office.send(f"{path}/duty?year={LAST_YEAR}", action="record", note="五一活动", **fields)
    assert done.status_code == 303, words(done)
    page = (await office.open(done.headers["location"])).text
    assert "五一活动" in page
    fact = re.search(r'<option value="([0-9a-f-]{36})">', page)
    assert fact
    refused = await office.send(
        f"{path}/duty?year={LAST_YEAR}", action="correct", fact_id=fact[1], reason="", **fields
    )
    assert refused.status_code == 400
    refused = await office.send(
        f"{path}/duty", action="record", **fields | {"on": "2999-01-01", "note": "将来的签到表"}
    )
    assert refused.status_code >= 400
    assert "将来的签到表" in refused.text
    assert f'hx-get="{path}?' in refused.text, "what goes on living asks for the page and not for the form"
    right = await office.send(
        f"{path}/duty?year={LAST_YEAR}",
        action="correct",
        fact_id=fact[1],
        reason="应为志愿服务",
        **fields | {"kind": "volunteering", "note": ""},
    )
    assert right.status_code == 303, words(right)
    shown = words(await office.open(right.headers["location"]))
    assert "更正履职登记" in shown
    assert "为什么是 2 分" in shown


async def test_the_ranking_is_shown_filtered_and_downloaded(
    office: Visitor, house: House, roster: list[MemberRow]
) -> None:
    await record(house, COMMITTEE, roster[1], DutyKind.ACTIVITY, 3)
    shown = words(await office.open("/ranking", params={"year": str(LAST_YEAR)}))
    assert shown.index(roster[1].name) < shown.index(roster[2].name)
    one_group = await office.open(
        "/ranking", params={"year": str(LAST_YEAR), "group": roster[1].liaison_group}
    )
    assert "已达到" in words(one_group)
    for kind, start in (("xlsx", b"PK"), ("csv", "名次".encode())):
        made = await office.open("/ranking/export", params={"format": kind, "year": str(LAST_YEAR)})
        assert start in made.content[:20]
    assert (await office.open("/ranking", params={"year": "1"})).status_code == 400
    tried = await office.send("/ranking/simulation", {"file": ("x.json", b"[]")})
    assert tried.status_code == 400
    assert "不是积分办法" in words(tried)


async def test_a_member_appeals_and_the_office_answers(
    portal: Stack, office: Visitor, roster: list[MemberRow]
) -> None:
    login = await account(portal, Role.MEMBER, committee=COMMITTEE, person_id=roster[1].person_id)
    async with visitor(portal) as member:
        await member.open("/login")
        assert (await member.sign_in(login)).status_code == 303
        page = await member.open("/members/me", params={"year": str(LAST_YEAR)})
        assert "对积分有异议" in words(page)
        long = "少记了一次走访，" * 200
        refused = await member.send("/appeals/new", year=str(LAST_YEAR), fact_id="", text=long)
        assert refused.status_code == 400
        assert long in refused.text, "nobody writes it twice"
        assert f"{LAST_YEAR} 年度履职积分" in words(refused)
        sent = await member.send("/appeals/new", year=str(LAST_YEAR), fact_id="", text="少记了一次走访")
        assert sent.status_code == 303, words(sent)
        assert "少记了一次走访" in words(await member.open("/members/me"))
        listed = (await office.open("/appeals")).text
        appeal = re.search(r'name="appeal_id" value="([0-9a-f-]{36})"', listed)
        assert appeal
        refused = await office.send("/appeals", appeal_id=appeal[1], granted="no", text=long)
        assert (refused.status_code, long in refused.text) == (400, True)
        answered = await office.send("/appeals", appeal_id=appeal[1], granted="no", text="签到表上没有")
        assert answered.status_code == 303, words(answered)
        assert "维持原记录" in words(await member.open("/members/me"))


async def test_a_day_is_recorded_and_taken_to_a_phone(
    office: Visitor, house: House, roster: list[MemberRow]
) -> None:
    plan = await reception_plan(house, COMMITTEE)
    await office.open("/duty")
    planned = await office.send(
        "/duty", action="year", plan_id=str(plan), year=str(LAST_YEAR), per_day="1",
        members=[str(member.member_id) for member in roster],
    )  # fmt: skip
    assert planned.status_code == 303, words(planned)
    first = (await days(house, COMMITTEE, LAST_YEAR))[0]
    assert "三堤口街道协商议事室" in words(await office.open(f"/duty/{first.day_id}"))
    file = await office.open(f"/duty/{first.day_id}.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert file.text.count("BEGIN:VEVENT") == 1
    took = {f"took:{person.member_id}": "present" for person in first.people}
    recorded = await office.send(
        f"/duty/{first.day_id}", action="record", version=str(first.version), residents="12",
        **took, **{"matter.0": "路灯不亮", "outcome.0": "solved", "became.0": "已修好"},
    )  # fmt: skip
    assert recorded.status_code == 303, words(recorded)
    assert "路灯不亮" in words(await office.open(f"/duty/{first.day_id}"))
    assert "12" in words(await office.open("/duty", params={"year": str(LAST_YEAR)}))


async def test_a_calendar_file_folds_its_lines_and_says_times_in_utc(
    house: House, office: Visitor, roster: list[MemberRow]
) -> None:
    (day, *_) = await days(house, COMMITTEE, LAST_YEAR)
    long = day.model_copy(update={"name": "老旧小区加装电梯，请你来协商；第一场" * 5})
    content = calendar_file([long], now=datetime(2026, 1, 1, tzinfo=UTC))
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    unfolded = content.decode().replace("\r\n ", "")
    assert f"DTSTART:{day.on:%Y%m%d}T010000Z" in unfolded, "nine in the morning in China"
    assert "加装电梯，请你来协商；第一场" in unfolded
