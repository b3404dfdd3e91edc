"""Accounts as they come about: from contact data by themselves, and by what an administrator does."""

import re

import pytest

from chassis.cursor import write_cursor
from chassis.ids import new_id
from infra.local.stack import Stack
from services.members.rules.roster import RosterRow
from tests.house import CITY, COUNTY, House
from tests.members_at_work import as_xlsx, import_roster
from tests.portal_at_work import Visitor, account, rows, signed_in, visitor, words
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Gender, Party, Sector

_MEMBERSHIPS = """
select account.id, login, account.name, committee, confirmed, roles, password_hash is null as closed,
    membership.person_id = account.person_id as at_home
from account join membership on membership.account_id = account.id where login = :login order by committee
"""


def someone(name: str, phone: str) -> RosterRow:
    return RosterRow(
        row=0, name=name, phone=phone, sector=next(iter(Sector)), gender=Gender.MALE,
        special_committee=None, liaison_group=None, party=next(iter(Party)), employer=None, post=None,
    )  # fmt: skip


def phone() -> str:
    return f"136{new_id().int % 100_000_000:08d}"


async def memberships(stack: Stack, login: str) -> list[tuple[str, bool]]:
    return [(row.committee, row.confirmed) for row in await rows(stack, _MEMBERSHIPS, login=login)]


async def on_the_roster(house: House, stack: Stack, name: str, login: str, committee: str = COUNTY) -> None:
    """Import one person and wait until the portal knows them."""
    await import_roster(house, committee, as_xlsx([someone(name, login)]))

    async def known() -> bool:
        return committee in [code for code, _ in await memberships(stack, login)]

    await until_async(known, f"an account for {login}")


async def reset(admin: Visitor, login: str) -> str:
    """As the administrator does it; the one-time password from the page."""
    page = await admin.open("/accounts", params={"search": login})
    done = await admin.send("/accounts", account_id=account_id(page.text), action="reset")
    found = re.search(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", done.text)
    assert found, words(done)
    return found[1]


def account_id(page: str) -> str:
    found = re.search(r'name="account_id" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_a_member_of_the_roster_gets_an_account_that_opens_when_an_administrator_says_so(
    portal: Stack, house: House
) -> None:
    login = phone()
    await on_the_roster(house, portal, "洪𠮷", login)
    (made,) = await rows(portal, _MEMBERSHIPS, login=login)
    assert (made.name, made.confirmed, made.roles, made.closed) == ("洪𠮷", True, ["member"], True)

    async with signed_in(portal, Role.ADMIN) as admin, visitor(portal) as member:
        assert (await member.sign_in(login, "anything")).status_code == 401
        password = await reset(admin, login)
        assert password not in (await admin.open("/accounts", params={"search": login})).text, "shown once"
        await member.sign_in(login, password)
        assert (await member.open("/work")).headers["location"] == "/password"
        await member.send(
            "/password", current=password, new="another-Passphrase-7", again="another-Passphrase-7"
        )
        assert "洪𠮷" in words(await member.open("/work"))
        assert "洪𠮷" in words(await member.open("/members/me"))


async def test_the_same_phone_and_name_elsewhere_is_proposed_and_waits_for_the_administrator_there(
    portal: Stack, house: House
) -> None:
    login = phone()
    await on_the_roster(house, portal, "潘昱", login, CITY)
    await on_the_roster(house, portal, "潘昱", login, COUNTY)
    assert await memberships(portal, login) == [(CITY, True), (COUNTY, False)]
    async with (
        signed_in(portal, Role.ADMIN, committee=CITY) as city_admin,
        signed_in(portal, Role.ADMIN) as county_admin,
        visitor(portal) as member,
    ):
        password = await reset(city_admin, login)
        await member.sign_in(login, password)
        await member.send(
            "/password", current=password, new="another-Passphrase-7", again="another-Passphrase-7"
        )
        assert 'name="committee"' not in (await member.open("/work")).text, "not yet"

        page = await county_admin.open("/accounts", params={"search": login})
        assert "待确认身份" in words(page)
        assert "重置密码" not in words(page), "another committee's administrator does that"
        done = await county_admin.send("/accounts", account_id=account_id(page.text), action="confirm")
        assert done.status_code == 303
        assert 'name="committee"' in (await member.open("/work")).text


async def test_no_administrator_can_take_over_an_account_of_another_committee(
    portal: Stack, house: House
) -> None:
    login = phone()
    await on_the_roster(house, portal, "齐霖", login, CITY)
    await on_the_roster(house, portal, "齐霖", login, COUNTY)
    theirs = str((await rows(portal, _MEMBERSHIPS, login=login))[0].id)
    async with signed_in(portal, Role.ADMIN) as county_admin:
        await county_admin.open("/accounts")
        for action in ("reset", "unlock"):
            refused = await county_admin.send("/accounts", account_id=theirs, action=action)
            assert refused.status_code == 403
            assert "请由其所属单位的系统管理员办理" in words(refused)
        await county_admin.send("/accounts", account_id=theirs, action="confirm")
        assert (await county_admin.send("/accounts", account_id=theirs, action="reset")).status_code == 403


async def test_a_phone_known_under_another_name_makes_no_membership(portal: Stack, house: House) -> None:
    login = phone()
    await on_the_roster(house, portal, "施然", login, CITY)
    await import_roster(house, COUNTY, as_xlsx([someone("施若然", login)]))

    async def noticed() -> bool:
        found = await rows(
            portal,
            "select what from audit join account on account.id = account_id where login = :login",
            login=login,
        )
        return "phone_of_another_name" in [row.what for row in found]

    await until_async(noticed, "the clash is in the audit")
    assert await memberships(portal, login) == [(CITY, True)]


async def test_an_administrator_unlocks_and_resetting_signs_out_everywhere(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with signed_in(portal, Role.ADMIN) as admin, visitor(portal) as member, visitor(portal) as guesser:
        await member.sign_in(login)
        for _ in range(5):
            await guesser.sign_in(login, "wrong")
        page = await admin.open("/accounts", params={"search": login})
        assert "已锁定" in words(page)
        await admin.send("/accounts", account_id=account_id(page.text), action="unlock")
        assert (await guesser.sign_in(login)).status_code == 303

        await reset(admin, login)
        assert (await member.open("/work")).headers["location"].startswith("/login")
        assert (await guesser.sign_in(login)).status_code == 401, "the old password is gone"


@pytest.mark.parametrize(
    "role", [role for role in Role if role is not Role.ADMIN], ids=lambda role: role.value
)
async def test_only_administrators_see_accounts_and_processes(portal: Stack, role: Role) -> None:
    async with signed_in(portal, role) as somebody:
        for path in ("/accounts", "/live"):
            assert (await somebody.open(path)).status_code == 403
            assert f'href="{path}"' not in (await somebody.open("/work")).text
        refused = await somebody.send("/accounts", account_id=str(new_id()), action="reset")
        assert refused.status_code == 403


async def test_an_administrator_sees_and_changes_nothing_of_another_committee(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER, committee=CITY)
    (theirs,) = await rows(portal, "select id from account where login = :login", login=login)
    async with signed_in(portal, Role.ADMIN) as admin:
        assert login not in (await admin.open("/accounts", params={"search": login})).text.replace(
            f'value="{login}"', ""
        )
        for action in ("reset", "unlock", "confirm"):
            assert (
                await admin.send("/accounts", account_id=str(theirs.id), action=action)
            ).status_code == 404
        assert (await admin.send("/accounts", account_id="x", action="reset")).status_code == 400
        assert (await admin.send("/accounts", account_id=str(theirs.id), action="delete")).status_code == 400


async def test_accounts_are_paged_and_odd_searches_find_nothing(portal: Stack) -> None:
    async with signed_in(portal, Role.ADMIN, committee="340999") as admin:
        for _ in range(51):
            await account(portal, Role.MEMBER, committee="340999")
        first = await admin.open("/accounts")
        following = re.search(r'href="\?(after=[^"]+)"', first.text)
        assert following
        second = await admin.open(f"/accounts?{following[1]}")
        seen = [re.findall(r"test-[0-9a-f-]{36}", page.text) for page in (first, second)]
        assert len({*seen[0], *seen[1]}) == 52
        for odd in ("\x00", "%", "_", "' or 1=1 --", "𠮷"):
            assert (await admin.open("/accounts", params={"search": odd})).status_code == 200
        for place in ("garbage", write_cursor("\x00", new_id()), write_cursor("x"), write_cursor(1, 2)):
            assert (await admin.open("/accounts", params={"after": place})).status_code == 400
