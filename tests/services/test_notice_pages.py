"""From the page of preferences to the mailbox and back, with every process and a mail server that really receives."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.ids import new_id
from infra.local.ports import free_port
from infra.local.stack import Stack
from services.portal.matters import NOTICE_PAGES, TASK_PAGES
from tests.house import House
from tests.members_at_work import as_xlsx, import_roster, roster_rows
from tests.notify_at_work import MailServer, mail_server
from tests.portal_at_work import Visitor, signed_in, words
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import NoticeKind, TaskKind

COMMITTEE = "351500"


@pytest.fixture(scope="module")
async def server(portal: Stack) -> AsyncIterator[MailServer]:
    """A mail server, and one more notify process that knows it."""
    async with mail_server() as opened:
        settings = {
            "TONGXIN_SMTP_HOST": "127.0.0.1",
            "TONGXIN_SMTP_PORT": str(opened.port),
            "TONGXIN_SMTP_SECURITY": "none",
            "TONGXIN_HEALTH_PORT": str(free_port()),
        }
        process = portal.start_service("notify", settings)
        yield opened
        process.stop()


@pytest.fixture
async def officer(portal: Stack) -> AsyncIterator[Visitor]:
    async with signed_in(portal, Role.PROPOSALS_OFFICE, committee=COMMITTEE) as somebody:
        yield somebody


async def arrived(server: MailServer, subject: str) -> Any:
    """The mail with this subject, when it is there."""

    def found() -> list[Any]:
        return [mail for mail in server.mails if subject in str(mail.message["Subject"])]

    await until_async(lambda: bool(found()), f"a mail “{subject}”", limit=20)
    return found()[0]


async def test_an_address_is_confirmed_by_the_link_that_was_sent(
    officer: Visitor, server: MailServer
) -> None:
    await officer.open("/preferences")
    wrong = await officer.send("/preferences", action="save", email="not an address")
    assert wrong.status_code == 422
    assert "有效的邮箱地址" in words(wrong)
    kinds = [kind.value for kind in NoticeKind]
    saved = await officer.send("/preferences", action="save", email="office@example.org", with_mail=kinds)
    assert saved.status_code == 303, words(saved)
    mail = await arrived(server, "确认您的邮箱")
    assert mail.to == ["office@example.org"]
    link = re.search(r"https?://[^/]+(/preferences\?code=\d+)", mail.text)
    assert link
    page = await officer.open(link[1])
    code = re.search(r'name="code"[^>]*value="(\d+)"', page.text)
    assert code
    refused = await officer.send("/preferences", action="confirm", code="99999999x")
    assert "还可以再试 4 次" in words(refused)
    assert (await officer.send("/preferences", action="confirm", code=code[1])).status_code == 303
    assert "已确认：office@example.org" in words(await officer.open("/preferences"))


async def test_a_circular_reaches_members_and_its_readers_are_counted(
    officer: Visitor, server: MailServer, house: House, portal: Stack
) -> None:
    await import_roster(house, COMMITTEE, as_xlsx(roster_rows(COMMITTEE, 3)))
    await officer.open("/circulars")

    async def sent() -> bool:
        await officer.send(
            "/circulars",
            circular_id=str(new_id()),
            title="提案征集通知",
            text="请于月底前提交。",
            among="members",
        )
        return "已读 0 人，未读 3 人" in words(await officer.open("/circulars"))

    await until_async(sent, "notify knows the members", limit=20)
    to_office = await officer.send(
        "/circulars",
        circular_id=str(new_id()),
        title="处室例会",
        text="周一九时。",
        among="role:proposals_office",
    )
    assert to_office.status_code == 303, words(to_office)
    listed = await officer.open("/notices?kind=circular&unread=1")
    assert "处室例会" in words(listed)
    assert (await officer.send("/notices", action="all")).status_code == 303
    assert "没有符合条件的通知" in words(await officer.open("/notices?kind=circular&unread=1"))


async def test_the_page_of_mails_is_the_administrators(portal: Stack, officer: Visitor) -> None:
    async with signed_in(portal, Role.ADMIN, committee=COMMITTEE) as admin:
        page = await admin.open("/mails")
        assert page.status_code == 200
        assert "确认您的邮箱" in words(page)
        assert "office@" not in page.text
    assert (await officer.open("/mails")).status_code == 403


async def test_links_in_mail_lead_to_the_page_of_their_kind(officer: Visitor) -> None:
    matter, about = new_id(), new_id()
    opened = await officer.open(f"/open/task/review_proposal/{matter}?about={about}")
    assert opened.headers["location"] == f"/review?proposal={about}"
    assert (await officer.open(f"/open/notice/due_soon/{matter}")).headers["location"] == "/work"
    assert (await officer.open(f"/open/task/nonsense/{matter}")).status_code == 404


def test_every_kind_of_task_and_notice_has_its_page() -> None:
    assert set(TASK_PAGES) == set(TaskKind)
    assert set(NOTICE_PAGES) == set(NoticeKind)
