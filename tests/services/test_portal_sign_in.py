"""Signing in at the portal: passwords, locks, sessions, and what a browser is told to do with them."""

import asyncio
import hashlib
from datetime import timedelta

import pytest

from chassis.clock import SystemClock
from chassis.database import Database
from infra.local.ports import free_ports
from infra.local.stack import Stack
from services.portal.accounts import passwords
from services.portal.accounts.sign_in import Locked, Strangers, sign_in
from tests.house import CITY, COUNTY
from tests.portal_at_work import PASSWORD, Visitor, account, rows, signed_in, visitor, words
from tongxin_contracts.permissions import Role

NEW = "another-Passphrase-7"


async def test_who_signs_in_gets_a_session_and_their_work(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        sent_away = await somebody.open("/proposals?tab=mine")
        assert sent_away.status_code == 303
        assert sent_away.headers["location"] == "/login?next=/proposals%3Ftab%3Dmine"

        response = await somebody.sign_in(login, next="/proposals?tab=mine")
        assert (response.status_code, response.headers["location"]) == (303, "/proposals?tab=mine")
        page = await somebody.open("/work")
        assert page.status_code == 200
        assert "程远" in words(page)


async def test_the_cookie_is_for_this_server_and_no_script(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        cookie = (await somebody.sign_in(login)).headers["set-cookie"]
    assert cookie.startswith("tongxin=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie, "over plain http a browser would drop it"


async def test_over_tls_the_cookie_is_bound_to_the_host_and_browsers_are_told_to_stay(portal: Stack) -> None:
    ports = free_ports()
    process = portal.start_service(
        "portal",
        {
            "TONGXIN_PUBLIC_URL": "https://tongxin.example",
            "TONGXIN_PORTAL_PORT": str(ports.portal),
            "TONGXIN_HEALTH_PORT": str(ports.health["portal"]),
        },
    )
    try:
        login = await account(portal, Role.MEMBER)
        async with visitor(portal, base_url=f"http://127.0.0.1:{ports.portal}") as somebody:
            response = await somebody.send("/login", login=login, password=PASSWORD)
            assert response.headers["set-cookie"].startswith("__Host-tongxin=")
            assert "Secure" in response.headers["set-cookie"]
            assert response.headers["strict-transport-security"].startswith("max-age=31536000")
    finally:
        process.stop()


@pytest.mark.parametrize(
    "leads_away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
async def test_signing_in_never_leads_to_another_site(portal: Stack, leads_away: str) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        response = await somebody.sign_in(login, next=leads_away)
        assert response.headers["location"] == "/work"


async def test_a_wrong_password_and_an_unknown_account_look_the_same(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        wrong = await somebody.sign_in(login, "not this one")
        unknown = await somebody.sign_in(f"{login}x", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert "账号或密码不正确" in words(wrong)
    assert f'value="{login}"' in wrong.text, "what was typed stays, except the password"
    assert "not this one" not in wrong.text

    def without_what_differs(text: str, typed: str) -> list[str]:
        return [part for part in text.replace(typed, "").split() if len(part) < 32]

    assert without_what_differs(words(wrong), login) == without_what_differs(words(unknown), f"{login}x")


async def test_five_wrong_passwords_lock_an_account_until_a_time_that_is_told(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        answers = [(await somebody.sign_in(login, "wrong")).status_code for _ in range(5)]
        assert answers == [401, 401, 401, 401, 429]
        locked = await somebody.sign_in(login)
        assert locked.status_code == 429
        assert "请在" in words(locked)
        assert "set-cookie" not in locked.headers

        await _minutes_pass(portal, login, 15)
        assert (await somebody.sign_in(login)).status_code == 303


async def test_an_account_that_does_not_exist_is_locked_like_one_that_does(portal: Stack) -> None:
    async with visitor(portal) as somebody:
        answers = [(await somebody.sign_in("13900000000", "wrong")).status_code for _ in range(6)]
    assert answers == [401, 401, 401, 401, 429, 429]


async def test_wrong_passwords_sent_at_once_cannot_run_around_the_lock(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        await asyncio.gather(*(somebody.send("/login", login=login, password="wrong") for _ in range(9)))
        assert (await somebody.sign_in(login)).status_code == 429


async def test_the_right_password_counts_for_nothing_once_the_account_is_locked(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, now = await account(stack, Role.MEMBER), SystemClock().now()

    async def locked_meanwhile(stored: str | None, password: str) -> bool:
        await rows(
            stack,
            "update account set locked_until = :until where login = :login returning 1",
            until=now + timedelta(minutes=1),
            login=login,
        )
        return True

    monkeypatch.setattr(passwords, "matches", locked_meanwhile)
    database = Database(stack.database_url("portal", "app"), pool_size=1)
    try:
        with pytest.raises(Locked):
            await sign_in(database, Strangers(), login, PASSWORD, now)
    finally:
        await database.close()


async def test_odd_text_for_a_login_is_an_unknown_account(portal: Stack) -> None:
    async with visitor(portal) as somebody:
        for odd in ("\x00", "' or 1=1 --", "<script>alert(1)</script>", "𠮷䶮😀", "x" * 3000):
            response = await somebody.sign_in(odd, odd)
            assert response.status_code == 401
            assert "<script>alert" not in response.text


async def test_a_password_that_was_given_must_be_changed_before_anything_else(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER, must_change=True)
    async with visitor(portal) as somebody:
        await somebody.sign_in(login)
        assert (await somebody.open("/work")).headers["location"] == "/password"
        api = await somebody.client.get("/api/v1/notify/my_work", params={"committee": COUNTY})
        assert api.json()["type"] == "urn:tongxin:problem:must-change-password"

        await somebody.open("/password")
        changed = await somebody.send("/password", current=PASSWORD, new=NEW, again=NEW)
        assert (changed.status_code, changed.headers["location"]) == (303, "/work")
        assert "密码已修改" in words(await somebody.open("/work"))
        assert "密码已修改" not in words(await somebody.open("/work")), "said once"


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "当前密码不正确"),
        (PASSWORD, "short-1", "short-1", "至少 10 个字符"),
        (PASSWORD, "1234567890", "1234567890", "过于常见"),
        (PASSWORD, "{login}-1", "{login}-1", "不要包含账号"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与当前密码相同"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一致"),
    ],
)
async def test_a_new_password_follows_rules_that_are_told(
    portal: Stack, current: str, new: str, again: str, said: str
) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        await somebody.sign_in(login)
        response = await somebody.send(
            "/password", current=current, new=new.format(login=login), again=again.format(login=login)
        )
        assert response.status_code == 422
        assert said in words(response)


async def test_changing_the_password_signs_out_everywhere_else(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as here, visitor(portal) as elsewhere:
        await here.sign_in(login)
        await elsewhere.sign_in(login)
        await here.send("/password", current=PASSWORD, new=NEW, again=NEW)
        assert (await here.open("/work")).status_code == 200
        assert (await elsewhere.open("/work")).headers["location"].startswith("/login")


async def test_signing_out_ends_the_session_at_the_server(portal: Stack) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody:
        cookie = somebody.client.cookies["tongxin"]
        assert (await somebody.send("/logout")).headers["location"] == "/login"
        somebody.client.cookies.set("tongxin", cookie)
        assert (await somebody.open("/work")).headers["location"].startswith("/login")


async def test_signing_in_again_ends_the_session_this_browser_had(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        await somebody.sign_in(login)
        before = somebody.client.cookies["tongxin"]
        await somebody.sign_in(login)
        assert somebody.client.cookies["tongxin"] != before
        somebody.client.cookies.clear()
        somebody.client.cookies.set("tongxin", before)
        assert (await somebody.open("/work")).status_code == 303


@pytest.mark.parametrize(("column", "ago"), [("last_seen", timedelta(hours=2)), ("expires_at", timedelta(0))])
async def test_a_session_ends_when_idle_and_when_old(portal: Stack, column: str, ago: timedelta) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody:
        await rows(
            portal,
            f"update session set {column} = now() - cast(:ago as interval) - interval '1 second' from account"
            " where account.id = session.account_id and account.person_id = :person returning 1",
            ago=ago,
            person=somebody.person_id,
        )
        assert (await somebody.open("/work")).status_code == 303


async def test_no_cookie_is_kept_as_it_is(portal: Stack) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody:
        cookie = somebody.client.cookies["tongxin"]
        stored = await rows(
            portal,
            "select session::text as whole, digest from session join account on account.id = account_id"
            " where account.person_id = :person",
            person=somebody.person_id,
        )
    assert [row.digest for row in stored] == [hashlib.sha256(cookie.encode()).digest()]
    assert cookie not in stored[0].whole


async def test_who_signed_in_and_who_failed_is_kept(portal: Stack) -> None:
    login = await account(portal, Role.MEMBER)
    async with visitor(portal) as somebody:
        await somebody.sign_in(login, "wrong")
        await somebody.sign_in(login)
    kept = await rows(
        portal,
        "select what from audit join account on account.id = audit.account_id where login = :login order by audit.id",
        login=login,
    )
    assert [row.what for row in kept] == ["sign_in_failed", "sign_in"]


async def test_a_form_without_the_sessions_secret_changes_nothing(portal: Stack) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody, signed_in(portal, Role.MEMBER) as another:
        for secret in ("", "x", another.csrf):
            somebody.csrf = secret
            refused = await somebody.client.post(
                "/logout", data={"csrf": secret}, headers={"accept": "text/html"}
            )
            assert refused.status_code == 403
            assert "页面已过期" in words(refused)
        assert (await somebody.open("/work")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
async def test_a_form_from_another_site_is_refused_even_with_the_secret(
    portal: Stack, headers: dict[str, str]
) -> None:
    async with signed_in(portal, Role.MEMBER) as somebody:
        refused = await somebody.client.post(
            "/logout", data={"csrf": somebody.csrf}, headers=headers | {"accept": "text/html"}
        )
        assert refused.status_code == 403
        assert "请求来自其他网站" in words(refused)
        assert (await somebody.open("/work")).status_code == 200


async def test_somebody_with_two_memberships_acts_in_one_of_them_visibly(portal: Stack) -> None:
    async with signed_in(portal, Role.PROPOSALS_OFFICE) as somebody:
        await _second_membership(portal, somebody, CITY)
        page = await somebody.open("/work")
        assert 'name="committee"' in page.text
        response = await somebody.send("/committee", committee=CITY, back="/work")
        assert response.headers["location"] == "/work"
        assert (await somebody.open("/review")).status_code == 403, "reviews in the county only"
        await somebody.send("/committee", committee="110000", back="/work")
        await somebody.send("/committee", committee=COUNTY, back="/work")
        assert (await somebody.open("/review")).status_code == 200


async def _second_membership(stack: Stack, somebody: Visitor, committee: str) -> None:
    await rows(
        stack,
        "insert into membership (account_id, committee, person_id, roles, confirmed)"
        " select id, :committee, gen_random_uuid(), array['member'], true from account where person_id = :person"
        " returning 1",
        committee=committee,
        person=somebody.person_id,
    )


async def _minutes_pass(stack: Stack, login: str, minutes: int) -> None:
    """The lock moves into the past instead of the clock into the future."""
    await rows(
        stack,
        "update account set locked_until = locked_until - make_interval(mins => :minutes)"
        " where login = :login returning 1",
        minutes=minutes,
        login=login,
    )
