"""A digest is one mail at eight with what is open and unread at that moment, and nothing that is done."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from chassis.calendar import is_working_day
from chassis.ids import new_id
from infra.local.stack import Stack
from services.notify.reactions.unit_staffed import on_unit_staffed
from services.notify.rules.mail_times import after_quiet, next_digest
from services.notify.workers.digesting import put_together
from services.notify.workers.posting import post
from tests.notify_at_work import MailServer, Notify, mail_server, noon, notify
from tongxin_contracts.members.events import UnitPost, UnitStaffed
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Digest, NoticeKind, UnitDuty

EIGHT = datetime(2031, 5, 6, 0, 0, tzinfo=UTC)
"""A Tuesday, 08:00 in Shanghai."""


@pytest.fixture
async def house(stack: Stack) -> AsyncIterator[Notify]:
    async with notify(stack, "351300", noon(2031, 5, 5)) as opened:
        async with opened.work() as work:
            await work.tx.raw.execute("update mail set state = 'dropped' where state = 'waiting'")
            await work.tx.raw.execute("update preference set digest_at = null")
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as opened:
        yield opened


async def morning(house: Notify, server: MailServer, at: datetime = EIGHT) -> list[str]:
    """What arrives that morning."""
    house.clock.at = at
    for _ in range(2):
        async with house.work() as work:
            await put_together(work)
    await house.sender(server.port).send_due()
    return [str(mail.message["Subject"]) for mail in server.mails]


async def test_open_work_and_unread_notices_in_one_mail(house: Notify, server: MailServer) -> None:
    person = await house.reachable("a@example.org", digest="daily", digest_at=EIGHT)
    await house.open_task("审查甲", noon(2031, 5, 9), assignee_person=person)
    done = await house.open_task("审查乙", noon(2031, 5, 9), assignee_person=person)
    await house.close_task(done)
    await house.tell(person, "立案通知甲")
    await house.tell(person, "立案通知乙")
    async with house.work() as work:
        await post(work)
    assert await house.sender(server.port).send_due() == 0, "nothing by itself"
    assert await morning(house, server) == ["同心摘要：1 件待办，2 条未读通知"]
    (mail,) = server.mails
    assert "审查甲" in mail.text
    assert "审查乙" not in mail.text
    assert "5月9日到期" in mail.text
    assert "http://portal.example.org/open/task/review_proposal/" in mail.text


async def test_overdue_goes_at_once_all_the_same(house: Notify, server: MailServer) -> None:
    person = await house.reachable("b@example.org", digest="weekly", digest_at=EIGHT)
    await house.tell(person, "已逾期：审查丙", NoticeKind.OVERDUE)
    await house.tell(person, "立案通知丙")
    async with house.work() as work:
        await post(work)
    assert await house.sender(server.port).send_due() == 1
    assert [mail.message["Subject"] for mail in server.mails] == ["已逾期：审查丙"]


async def test_with_nothing_to_say_there_is_no_mail_and_the_next_morning_is_set(
    house: Notify, server: MailServer
) -> None:
    person = await house.reachable("c@example.org", digest="daily", digest_at=EIGHT)
    assert await morning(house, server) == []
    (row,) = await house.rows("select digest_at from preference where person = $1", person)
    assert row["digest_at"] == EIGHT.replace(day=7)


async def test_a_units_work_is_in_the_digest_of_its_own_people(house: Notify, server: MailServer) -> None:
    insider = await house.reachable("d@example.org", digest="daily", digest_at=EIGHT)
    await house.reachable("e@example.org", digest="daily", digest_at=EIGHT)
    unit = new_id()
    staffed = UnitStaffed(unit_id=unit, posts=(UnitPost(person_id=insider, duty=UnitDuty.HANDLER),))
    async with house.work() as work:
        await on_unit_staffed([house.incoming(staffed, unit)], work)
    await house.open_task("答复丁", None, assignee_role=Role.UNIT_HANDLER.value, assignee_unit=unit)
    await morning(house, server)
    assert [mail.to for mail in server.mails] == [["d@example.org"]]


def test_a_digest_falls_on_a_working_morning_or_on_monday() -> None:
    saturday = datetime(2031, 5, 10, 3, tzinfo=UTC)
    monday = datetime(2031, 5, 12, 0, tzinfo=UTC)
    assert next_digest(saturday, Digest.DAILY, is_working_day) == monday
    assert next_digest(EIGHT, Digest.WEEKLY, is_working_day) == monday
    assert next_digest(EIGHT, Digest.OFF, is_working_day) is None


@pytest.mark.parametrize(
    ("hour", "quiet", "then"), [(15, (22, 7), 23), (13, (22, 7), 13), (4, (12, 14), 6), (4, (7, 7), 4)]
)
def test_quiet_hours_end_where_they_are_said_to(hour: int, quiet: tuple[int, int], then: int) -> None:
    now = datetime(2031, 5, 6, hour, tzinfo=UTC)
    assert after_quiet(now, *quiet) == datetime(2031, 5, 6, then, tzinfo=UTC)
