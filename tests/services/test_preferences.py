"""Everybody says how they are reached; an address counts when its code came back, and is stored sealed."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Invalid, WrongState
from infra.local.stack import Stack
from services.notify.commands.confirm_email import confirm_email
from services.notify.commands.mark_notices_read import mark_notices_read
from services.notify.commands.retry_mails import retry_mails
from services.notify.commands.send_circular import send_circular
from services.notify.commands.set_preferences import set_preferences
from services.notify.queries.circulars import circulars
from services.notify.queries.mails import mails
from services.notify.queries.my_work import my_work
from services.notify.queries.preferences import preferences
from services.notify.reactions.member_known import on_member_admitted, on_member_changed
from services.notify.reactions.unit_staffed import on_unit_staffed
from tests.notify_at_work import MailServer, Notify, mail_server, noon, notify
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, UnitPost, UnitStaffed
from tongxin_contracts.notify.channels import (
    ConfirmEmail,
    EmailConfirmed,
    Mails,
    Preferences,
    PreferencesAnswer,
    PreferencesSet,
    RetryMails,
    SetPreferences,
)
from tongxin_contracts.notify.circulars import Circulars, SendCircular, SentCircular
from tongxin_contracts.notify.commands import MarkNoticesRead
from tongxin_contracts.notify.queries import MyWork
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import (
    AudienceKind,
    Digest,
    MailState,
    MemberRank,
    MemberStanding,
    NoticeKind,
    Sector,
    UnitDuty,
)

COMMITTEE = "351400"


@pytest.fixture
async def house(stack: Stack) -> AsyncIterator[Notify]:
    async with notify(stack, COMMITTEE, noon(2031, 7, 1)) as opened:
        async with opened.work() as work:
            await work.tx.raw.execute("update mail set state = 'dropped' where state = 'waiting'")
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as opened:
        yield opened


async def set_to(house: Notify, person: UUID, **values: object) -> PreferencesSet:
    async with house.work(Role.MEMBER, person=person) as work:
        return await set_preferences(SetPreferences.model_validate({"committee": COMMITTEE, **values}), work)


async def confirm(house: Notify, person: UUID, code: str) -> EmailConfirmed:
    async with house.work(Role.MEMBER, person=person) as work:
        return await confirm_email(ConfirmEmail(committee=COMMITTEE, code=code), work)


async def shown(house: Notify, person: UUID) -> PreferencesAnswer:
    async with house.work(Role.MEMBER, person=person) as work:
        return await preferences(Preferences(committee=COMMITTEE), work)


async def code_sent(house: Notify, server: MailServer) -> str:
    """The code in the newest mail."""
    assert await house.sender(server.port).send_due()
    found = re.search(r"验证码：(\d{8})", server.mails[-1].text)
    assert found
    return found[1]


async def test_an_address_counts_when_its_code_came_back(house: Notify, server: MailServer) -> None:
    person = new_id()
    assert (await set_to(house, person, email="chen@example.org", digest="daily")).to_confirm
    code = await code_sent(house, server)
    assert server.mails[-1].to == ["chen@example.org"]
    assert (await shown(house, person)).email is None
    assert (await confirm(house, person, code)).confirmed
    now = await shown(house, person)
    assert (now.email, now.pending, now.digest) == ("chen@example.org", None, Digest.DAILY)
    with pytest.raises(WrongState):
        await confirm(house, person, code)


async def test_a_wrong_code_is_counted_and_five_are_enough(house: Notify, server: MailServer) -> None:
    person = new_id()
    await set_to(house, person, email="chen@example.org")
    code = await code_sent(house, server)
    assert [(await confirm(house, person, "00000000x")).tries_left for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(WrongState):
        await confirm(house, person, code)


async def test_a_code_grows_old_and_cannot_be_asked_for_every_second(
    house: Notify, server: MailServer
) -> None:
    person = new_id()
    await set_to(house, person, email="chen@example.org")
    code = await code_sent(house, server)
    with pytest.raises(WrongState):
        await set_to(house, person, email="other@example.org")
    house.clock.forward(hours=25)
    with pytest.raises(WrongState):
        await confirm(house, person, code)
    assert (await set_to(house, person, email="chen@example.org")).to_confirm


async def test_other_settings_change_without_a_new_code(house: Notify, server: MailServer) -> None:
    person = new_id()
    await set_to(house, person, email="chen@example.org")
    await confirm(house, person, await code_sent(house, server))
    kept = {"email": "chen@example.org", "without_mail": ["circular"], "quiet_from": 22, "quiet_to": 7}
    assert not (await set_to(house, person, **kept)).to_confirm
    now = await shown(house, person)
    assert (now.email, now.without_mail, now.quiet_from) == ("chen@example.org", [NoticeKind.CIRCULAR], 22)
    await set_to(house, person)
    assert (await shown(house, person)).email is None
    with pytest.raises(Invalid):
        await set_to(house, person, quiet_from=22)


async def test_no_address_can_be_read_in_the_database(house: Notify, server: MailServer) -> None:
    person = new_id()
    await set_to(house, person, email="zhen.mimi@example.org")
    await confirm(house, person, await code_sent(house, server))
    for table in ("preference", "mail", "outbox"):
        rows = await house.rows(f"select {table}::text as whole from {table}")
        assert not [
            row for row in rows if "zhen.mimi" in row["whole"] or b"zhen.mimi".hex() in row["whole"]
        ], table
    (mail,) = await house.rows("select content, address from mail where person = $1", person)
    assert (mail["content"], mail["address"]) == (None, None), "nor the code, once it went out"


async def test_failed_mail_is_shown_and_tried_again(house: Notify, server: MailServer) -> None:
    person = new_id()
    await set_to(house, person, email="gone@example.org")
    server.answers = ["550 no such mailbox"]
    await house.sender(server.port).send_due()
    async with house.work(Role.ADMIN, person=new_id()) as work:
        answer = await mails(Mails(committee=COMMITTEE, state=MailState.FAILED), work)
        failed = next(mail for mail in answer.mails if mail.person == person)
        assert failed.error is not None
        assert "550" in failed.error
        assert "gone@" not in answer.model_dump_json()
        again = await retry_mails(RetryMails(committee=COMMITTEE, mails=[failed.mail_id]), work)
        assert again.retried == 1
    await house.sender(server.port).send_due()
    assert server.mails[-1].to == ["gone@example.org"]


async def admitted(house: Notify, sector: Sector) -> tuple[UUID, UUID]:
    member, person = new_id(), new_id()
    event = MemberAdmitted(member_id=member, person_id=person, sector=sector, rank=MemberRank.MEMBER)
    async with house.work() as work:
        await on_member_admitted([house.incoming(event, member)], work)
    return member, person


async def test_a_circular_tells_a_sector_and_counts_its_readers(house: Notify) -> None:
    _, first = await admitted(house, Sector.SPORTS)
    _, second = await admitted(house, Sector.SPORTS)
    gone, third = await admitted(house, Sector.SPORTS)
    _, other = await admitted(house, Sector.RELIGION)
    left = MemberChanged(
        member_id=gone,
        person_id=third,
        sector=Sector.SPORTS,
        rank=MemberRank.MEMBER,
        standing=MemberStanding.RESIGNED,
    )
    async with house.work() as work:
        await on_member_changed([house.incoming(left, gone)], work)
    circular_id = new_id()
    command = SendCircular(
        committee=COMMITTEE, circular_id=circular_id, title="界别活动日通知", text="周五上午九时。",
        audience=AudienceKind.SECTOR, among=Sector.SPORTS.value,
    )  # fmt: skip
    async with house.work(Role.COMMITTEE_OFFICE, person=new_id()) as work:
        assert await send_circular(command, work) == SentCircular(circular_id=circular_id, told=2)
    assert await house.told(first) == [(NoticeKind.CIRCULAR, "界别活动日通知")] == await house.told(second)
    assert await house.told(third) == [] == await house.told(other)
    async with house.work(Role.MEMBER, person=first) as work:
        assert (
            await mark_notices_read(MarkNoticesRead(committee=COMMITTEE, notices=[], every=True), work)
        ).read == 1
    async with house.work(Role.COMMITTEE_OFFICE, person=new_id()) as work:
        (circular,) = (await circulars(Circulars(committee=COMMITTEE), work)).circulars
    assert (circular.told, circular.read) == (2, 1)


async def test_a_circular_for_nobody_is_refused(house: Notify) -> None:
    command = SendCircular(
        committee=COMMITTEE, circular_id=new_id(), title="无人接收", text="空", audience=AudienceKind.ROLE,
        among=Role.AUDITOR.value,
    )  # fmt: skip
    with pytest.raises(WrongState):
        async with house.work(Role.COMMITTEE_OFFICE, person=new_id()) as work:
            await send_circular(command, work)


async def test_a_units_work_is_shown_to_who_has_the_duty_in_that_unit(house: Notify) -> None:
    handler, signer, elsewhere = new_id(), new_id(), new_id()
    unit, other = new_id(), new_id()
    for where, posts in (
        (
            unit,
            (
                UnitPost(person_id=handler, duty=UnitDuty.HANDLER),
                UnitPost(person_id=signer, duty=UnitDuty.SIGNER),
            ),
        ),
        (other, (UnitPost(person_id=elsewhere, duty=UnitDuty.HANDLER),)),
    ):
        async with house.work() as work:
            await on_unit_staffed([house.incoming(UnitStaffed(unit_id=where, posts=posts), where)], work)
    about = new_id()
    task = await house.open_task(
        "写答复", None, assignee_role="unit_handler", assignee_unit=unit, about=about
    )
    for person, role, sees in (
        (handler, Role.UNIT_HANDLER, True),
        (handler, Role.UNIT_SIGNER, False),
        (signer, Role.UNIT_HANDLER, False),
        (elsewhere, Role.UNIT_HANDLER, False),
    ):
        async with house.work(role, person=person) as work:
            todos = (await my_work(MyWork(committee=COMMITTEE), work)).todos
        found = [(todo.task_id, todo.about, todo.unit) for todo in todos]
        assert ((task, about, unit) in found) is sees
