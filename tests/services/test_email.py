"""Mail over real SMTP: at least once, one Message-ID, and nothing lost whatever the server does."""

from collections.abc import AsyncIterator
from email.utils import parseaddr

import pytest

from chassis.clock import SystemClock
from chassis.failpoints import Failpoints, Place
from infra.local.ports import free_port
from infra.local.stack import Stack
from services.notify.workers.posting import post
from tests.notify_at_work import MailServer, Notify, mail_server, noon, notify
from tests.waiting import until_async
from tongxin_contracts.words import NoticeKind

COMMITTEE = "351100"


@pytest.fixture
async def house(stack: Stack) -> AsyncIterator[Notify]:
    async with notify(stack, COMMITTEE, noon(2031, 3, 5)) as opened:
        await _sweep_out(opened)
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as opened:
        yield opened


async def _sweep_out(house: Notify) -> None:
    """What earlier tests left; each test looks at its own mail."""
    async with house.work() as work:
        await work.tx.raw.execute("update mail set state = 'dropped' where state = 'waiting'")
        await work.tx.raw.execute("update notice set posted_at = at where posted_at is null")


async def posted(house: Notify) -> None:
    """All notices are decided on: here, or by a service that another test left running and that was quicker."""
    async with house.work() as work:
        await post(work)
    assert not await house.rows("select 1 from notice where posted_at is null")


async def states(house: Notify) -> dict[str, tuple[str, int, str | None]]:
    rows = await house.rows("select subject, state, attempts, error from mail where state <> 'dropped'")
    return {row["subject"]: (row["state"], row["attempts"], row["error"]) for row in rows}


class Death(BaseException):
    """The process ends here."""


class Dying(Failpoints):
    """Ends this process as far as the sender can tell, without taking the test run with it."""

    def reach(self, place: Place) -> None:
        if place == "after_send_before_mark":
            raise Death


async def test_a_notice_arrives_once_with_its_title_and_a_link(house: Notify, server: MailServer) -> None:
    person = await house.reachable("chen.yuan@example.org")
    await house.tell(person, "提案已立案：《关于加装电梯的建议》")
    await posted(house)
    assert await house.sender(server.port).send_due() == 1
    assert await house.sender(server.port).send_due() == 0
    (mail,) = server.mails
    assert mail.to == ["chen.yuan@example.org"]
    assert mail.message["Subject"] == "提案已立案：《关于加装电梯的建议》"
    assert parseaddr(mail.message["From"]) == ("同心", "tongxin@example.org")
    assert mail.message["List-Unsubscribe"] == "<http://portal.example.org/preferences>"
    assert "http://portal.example.org/open/notice/proposal_filed/" in mail.text
    html = mail.message.get_body(("html",))
    assert html is not None
    assert "关于加装电梯的建议" in html.get_content()


async def test_what_was_sent_but_not_marked_is_sent_again_under_the_same_id(
    house: Notify, server: MailServer
) -> None:
    await house.tell(await house.reachable("a@example.org"), "送达两次的通知")
    await posted(house)
    with pytest.raises(Death):
        await house.sender(server.port, Dying()).send_due()
    assert await house.sender(server.port).send_due() == 0, "the claim holds while the sender may be alive"
    house.clock.forward(minutes=16)
    assert await house.sender(server.port).send_due() == 1
    first, second = server.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert (await states(house))["送达两次的通知"][0] == "sent"


async def test_a_refusal_for_now_is_tried_again_later(house: Notify, server: MailServer) -> None:
    await house.tell(await house.reachable("b@example.org"), "稍后再送的通知")
    await posted(house)
    server.answers = ["451 come back later"]
    await house.sender(server.port).send_due()
    state, attempts, error = (await states(house))["稍后再送的通知"]
    assert (state, attempts) == ("waiting", 1)
    assert error is not None
    assert error.startswith("451")
    assert await house.sender(server.port).send_due() == 0, "not at once"
    house.clock.forward(minutes=2)
    await house.sender(server.port).send_due()
    assert (await states(house))["稍后再送的通知"][0] == "sent"


async def test_a_server_that_never_takes_it_is_given_up_on(house: Notify, server: MailServer) -> None:
    await house.tell(await house.reachable("c@example.org"), "总被推迟的通知")
    await posted(house)
    server.answers = ["451 no"] * 20
    for _ in range(10):
        await house.sender(server.port).send_due()
        house.clock.forward(hours=5)
    assert (await states(house))["总被推迟的通知"][:2] == ("failed", 10)


async def test_a_refusal_for_good_is_marked_and_tried_no_more(house: Notify, server: MailServer) -> None:
    await house.tell(await house.reachable("nobody@example.org"), "退信的通知")
    await house.tell(await house.reachable("d@example.org"), "同批的通知")
    await posted(house)
    server.answers = ["550 no such mailbox"]
    await house.sender(server.port).send_due()
    found = await states(house)
    assert sorted(found[name][0] for name in ("退信的通知", "同批的通知")) == ["failed", "sent"]
    house.clock.forward(days=1)
    assert await house.sender(server.port).send_due() == 0


async def test_while_the_server_is_away_mail_waits_and_no_attempt_is_counted(house: Notify) -> None:
    await house.tell(await house.reachable("e@example.org"), "等待服务器的通知")
    await posted(house)
    port = free_port()
    for _ in range(3):
        assert await house.sender(port).send_due() == 0
        house.clock.forward(minutes=1)
    assert (await states(house))["等待服务器的通知"][:2] == ("waiting", 0)
    async with mail_server(port) as server:
        assert await house.sender(port).send_due() == 1
        assert len(server.mails) == 1


async def test_without_a_server_set_mail_waits(house: Notify) -> None:
    await house.tell(await house.reachable("f@example.org"), "没有服务器时的通知")
    await posted(house)
    assert await house.sender(None).send_due() == 0
    assert (await states(house))["没有服务器时的通知"][:2] == ("waiting", 0)


async def test_two_senders_do_not_send_one_mail_twice(house: Notify, server: MailServer) -> None:
    for number in range(6):
        await house.tell(await house.reachable(f"g{number}@example.org"), f"并发通知{number}")
    await posted(house)
    async with house.work() as first:
        claimed = await first.tx.raw.fetch("select id from mail where state = 'waiting' limit 3 for update")
        assert len(claimed) == 3
        assert await house.sender(server.port).send_due() == 3
    assert await house.sender(server.port).send_due() == 3
    assert len({mail.message["Message-ID"] for mail in server.mails}) == len(server.mails) == 6


async def test_work_done_meanwhile_is_not_mailed_of(house: Notify, server: MailServer) -> None:
    person = await house.reachable("h@example.org")
    task = await house.open_task("审查提案甲", noon(2031, 3, 6), assignee_person=person)
    notice = await house.tell(person, "到期：审查提案甲", NoticeKind.DUE_SOON)
    async with house.work() as work:
        await work.tx.raw.execute("update notice set task_id = $2 where id = $1", notice, task)
    await posted(house)
    await house.close_task(task)
    await house.sender(server.port).send_due()
    assert server.mails == []


async def test_who_wants_no_mail_of_a_kind_or_has_no_address_gets_none(
    house: Notify, server: MailServer
) -> None:
    await house.tell(await house.reachable("i@example.org", without_mail=["proposal_filed"]), "不要的通知")
    await house.tell(await house.reachable("j@example.org"), "要的通知")
    await posted(house)
    await house.sender(server.port).send_due()
    assert [mail.message["Subject"] for mail in server.mails] == ["要的通知"]


async def test_quiet_hours_are_kept(house: Notify, server: MailServer) -> None:
    house.clock.forward(hours=11)  # 23:00
    await house.tell(await house.reachable("k@example.org", quiet_from=22, quiet_to=7), "夜里的通知")
    await posted(house)
    assert await house.sender(server.port).send_due() == 0
    house.clock.forward(hours=8)
    assert await house.sender(server.port).send_due() == 1


async def test_a_process_killed_between_sending_and_marking_sends_the_same_mail_again(
    stack: Stack, server: MailServer
) -> None:
    settings = {
        "TONGXIN_SMTP_HOST": "127.0.0.1",
        "TONGXIN_SMTP_PORT": str(server.port),
        "TONGXIN_SMTP_SECURITY": "none",
        "TONGXIN_HEALTH_PORT": str(free_port()),
    }
    async with notify(stack, "351110", SystemClock().now()) as house:
        await house.tell(await house.reachable("killed@example.org"), "发送后进程被杀")
        dying = stack.start_service("notify", settings | {"TONGXIN_FAILPOINT": "after_send_before_mark"})
        await until_async(lambda: not dying.alive, "the process dies after sending", limit=20)
        assert len(server.mails) == 1
        (left,) = await house.rows("select state, sent_at from mail where committee = $1", "351110")
        assert tuple(left) == ("waiting", None)
        async with house.work() as work:
            await work.tx.raw.execute("update mail set claimed_until = now() where committee = $1", "351110")

        async def sent() -> bool:
            rows = await house.rows("select state from mail where committee = $1", "351110")
            return [row["state"] for row in rows] == ["sent"]

        living = stack.start_service("notify", settings)
        try:
            await until_async(sent, "it is sent again and marked", limit=20)
        finally:
            living.stop()
        first, second = (mail.message["Message-ID"] for mail in server.mails)
        assert first == second
