"""What the portal makes of others' events, in whatever order two streams bring them; on a real database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import UUID

import pytest

from chassis.clock import SystemClock
from chassis.database import Database
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.inbox import Incoming
from chassis.work import Tools, Work
from infra.local.stack import Stack
from services.portal.accounts import records, sessions
from services.portal.reactions.member_changed import on_member_changed
from services.portal.reactions.person_contact import on_person_contact
from services.portal.reactions.session_opened import on_session_opened
from tests.house import CITY, COUNTY
from tests.portal_at_work import portal_database, rows
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.members.events import MemberChanged, PersonContact, SessionOpened
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import MemberRank, MemberStanding, Sector

NOW = SystemClock().now()


@asynccontextmanager
async def at_work(stack: Stack) -> AsyncIterator[Work]:
    """A batch's transaction with the rights reactions have."""
    database = Database(stack.database_url("portal", "worker"), pool_size=1)
    try:
        async with database.transaction() as tx:
            yield Work(
                service="portal",
                tx=tx,
                tools=cast("Tools", None),
                actor=Actor.system("portal", ""),
                committee="",
                now=NOW,
                request_id=new_id(),
            )
    finally:
        await database.close()


def incoming(data: Event, committee: str, aggregate: UUID) -> Incoming[Any]:
    id_ = new_id()
    envelope = Envelope(
        id=id_, type=data.type_name(), source=data.service, time=NOW, committee=committee, actor="system:test",
        aggregate=aggregate, version=1, correlation_id=id_, causation_id=id_,
    )  # fmt: skip
    return Incoming(data, envelope)


async def told(stack: Stack, *contacts: tuple[UUID, str, str, str]) -> None:
    """Contact data, as person, committee, name and phone; all in one batch."""
    async with at_work(stack) as work:
        await on_person_contact([_contact(*contact) for contact in contacts], work)


def _contact(person: UUID, committee: str, name: str, phone: str) -> Incoming[PersonContact]:
    data = PersonContact(person_id=person, member_id=new_id(), member_of=committee, name=name, phone=phone)
    return incoming(data, committee, person)


async def changed(stack: Stack, person: UUID, *standings: MemberStanding, committee: str = COUNTY) -> None:
    """A member's standing, several changes in one batch."""
    member = new_id()
    events = [
        incoming(
            MemberChanged(
                member_id=member, person_id=person, sector=next(iter(Sector)), rank=next(iter(MemberRank)),
                standing=standing,
            ),
            committee,
            member,
        )
        for standing in standings
    ]  # fmt: skip
    async with at_work(stack) as work:
        await on_member_changed(events, work)


async def logins(stack: Stack, *people: UUID) -> dict[str, str]:
    found = await rows(
        stack, "select login, name from account where person_id = any(:people)", people=list(people)
    )
    return {row.login: row.name for row in found}


async def committees(stack: Stack, login: str) -> list[str]:
    """Where somebody could act now."""
    return [post.committee for post in (await session_of(stack, login)).posts]


async def session_of(stack: Stack, login: str) -> sessions.Session:
    """Somebody's session, begun now."""
    account = (await rows(stack, "select id from account where login = :login", login=login))[0].id
    async with portal_database(stack) as tx:
        cookie = await sessions.begin(tx, account, NOW)
    database = Database(stack.database_url("portal", "app"), pool_size=1)
    try:
        session = await sessions.find(database, cookie, NOW)
    finally:
        await database.close()
    assert session is not None
    return session


def phone() -> str:
    return f"137{new_id().int % 100_000_000:08d}"


async def test_who_changes_their_phone_keeps_account_and_password(stack: Stack) -> None:
    person, before, after = new_id(), phone(), phone()
    await told(stack, (person, COUNTY, "汪静", before))
    async with portal_database(stack) as tx:
        made = (await rows(stack, "select id from account where login = :login", login=before))[0].id
        await records.set_password(tx, made, "a-Passphrase-7", must_change=False)
    await told(stack, (person, COUNTY, "汪静", after))
    (account,) = await rows(
        stack, "select id, login, password_hash from account where person_id = :person", person=person
    )
    assert (account.id, account.login) == (made, after)
    assert account.password_hash
    assert await committees(stack, after) == [COUNTY]
    noted = await rows(stack, "select what from audit where account_id = :account", account=made)
    assert [row.what for row in noted] == ["login_changed"]


async def test_a_phone_of_another_account_is_not_taken_over_by_a_change(stack: Stack) -> None:
    holder, mover, held, before = new_id(), new_id(), phone(), phone()
    await told(stack, (holder, COUNTY, "鲍宁", held), (mover, COUNTY, "江澜", before))
    await told(stack, (mover, COUNTY, "江澜", held))
    assert await logins(stack, holder, mover) == {held: "鲍宁", before: "江澜"}


async def test_two_who_swap_phones_or_come_to_one_in_a_batch_make_no_dead_letter(stack: Stack) -> None:
    first, second, one, two, three = new_id(), new_id(), phone(), phone(), phone()
    await told(stack, (first, COUNTY, "叶青", one), (second, COUNTY, "洪恺", two))
    await told(stack, (first, COUNTY, "叶青", two), (second, COUNTY, "洪恺", one))
    await told(stack, (first, COUNTY, "叶青", three), (second, COUNTY, "洪恺", three))
    assert sorted((await logins(stack, first, second)).values()) == ["叶青", "洪恺"]


async def test_the_same_name_and_phone_twice_in_a_batch_make_one_account(stack: Stack) -> None:
    first, second, number = new_id(), new_id(), phone()
    await told(stack, (first, COUNTY, "章岚", number), (second, COUNTY, "章岚", number))
    assert await logins(stack, first, second) == {number: "章岚"}


async def test_contact_data_told_again_changes_nothing(stack: Stack) -> None:
    person, number = new_id(), phone()
    for _ in range(2):
        await told(stack, (person, COUNTY, "余川", number))
    assert await logins(stack, person) == {number: "余川"}
    assert await committees(stack, number) == [COUNTY]


async def test_a_new_name_is_the_accounts_too(stack: Stack) -> None:
    person, number = new_id(), phone()
    await told(stack, (person, COUNTY, "俞真", number))
    await told(stack, (person, COUNTY, "俞𠮷真", number))
    assert await logins(stack, person) == {number: "俞𠮷真"}
    (kept,) = await rows(stack, "select name from person where id = :person", person=person)
    assert kept.name == "俞𠮷真"


@pytest.mark.parametrize("contact_first", [True, False])
async def test_who_left_acts_no_more_whichever_stream_is_heard_first(
    stack: Stack, *, contact_first: bool
) -> None:
    person, number = new_id(), phone()
    if contact_first:
        await told(stack, (person, COUNTY, "佘朗", number))
    await changed(stack, person, MemberStanding.RESIGNED)
    if not contact_first:
        await told(stack, (person, COUNTY, "佘朗", number))
    assert await committees(stack, number) == []
    await changed(stack, person, MemberStanding.SERVING)
    assert await committees(stack, number) == [COUNTY]


async def test_of_several_changes_in_a_batch_the_last_counts(stack: Stack) -> None:
    person, number = new_id(), phone()
    await told(stack, (person, COUNTY, "查薇", number))
    await changed(stack, person, MemberStanding.RESIGNED, MemberStanding.SERVING)
    assert await committees(stack, number) == [COUNTY]
    await changed(stack, person, MemberStanding.SERVING, MemberStanding.DECEASED)
    assert await committees(stack, number) == []


async def test_leaving_one_committee_leaves_other_places_and_roles_alone(stack: Stack) -> None:
    person, staff = new_id(), f"staff-{new_id()}"
    async with portal_database(stack) as tx:
        await records.add_account(
            tx, login=staff, name="吴楷", person_id=person, committee=COUNTY,
            roles=[Role.MEMBER, Role.PROPOSALS_OFFICE], password=None, must_change=False, now=NOW,
        )  # fmt: skip
    await changed(stack, person, MemberStanding.RESIGNED)
    await changed(stack, person, MemberStanding.RESIGNED, committee=CITY)
    session = await session_of(stack, staff)
    assert [post.roles for post in session.posts] == [(Role.PROPOSALS_OFFICE,)]


async def test_a_committee_is_called_as_its_newest_session_calls_it(stack: Stack) -> None:
    def opened(name: str) -> Incoming[SessionOpened]:
        data = SessionOpened(
            session_id=new_id(),
            committee_name=name,
            term=1,
            session=1,
            opens_on=NOW.date(),
            cutoff_on=NOW.date(),
        )
        return incoming(data, "340998", data.session_id)

    async def names() -> Sequence[str]:
        return [row.name for row in await rows(stack, "select name from committee where code = '340998'")]

    async with at_work(stack) as work:
        await on_session_opened([opened("旧名"), opened("政协新名县委员会")], work)
    assert await names() == ["政协新名县委员会"]
