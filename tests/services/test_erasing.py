"""Erasing a member from the page to every service: who may, when, what they are asked, and what is left."""

import pytest

from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, Refusal, WrongState
from infra.local.stack import Stack
from tests.house import House, person
from tests.members_at_work import as_xlsx, database, import_roster, office, roster_page, roster_rows, stated
from tests.portal_at_work import rows, signed_in, words
from tests.services.test_erasure import whereabouts
from tests.waiting import until_async
from tongxin_contracts.members.commands import RecordDuty
from tongxin_contracts.members.erasure import (
    ERASED_NAME,
    ErasePerson,
    ErasureSheet,
    ErasureSheetAnswer,
    PersonErased,
)
from tongxin_contracts.members.memberships import ChangePhone, ReadmitMember
from tongxin_contracts.members.points import AppealPoints
from tongxin_contracts.members.queries import Dossier, DossierAnswer, MemberRow
from tongxin_contracts.notify.channels import SetPreferences
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft
from tongxin_contracts.words import DutyKind, ErasureGround, MemberStanding

PLACE = "371500"
COUNTIES = iter(range(371521, 371599))


async def a_member(house: House) -> tuple[str, MemberRow]:
    """A committee of its own with one member."""
    committee = str(next(COUNTIES))
    await import_roster(house, committee, as_xlsx(roster_rows(committee, 1)))
    (member,) = (await roster_page(house, committee)).members
    return committee, member


async def leaves(stack: Stack, committee: str, member: MemberRow) -> None:
    """Their term ends; there is no command for that in this house, the roll-over of terms does it."""
    async with database(stack, committee) as tx:
        await tx.raw.execute(
            "update member set standing = $2 where id = $1", member.member_id, MemberStanding.TERM_ENDED
        )


def erasing(committee: str, member: MemberRow, **other: object) -> ErasePerson:
    fields = {
        "committee": committee,
        "member_id": member.member_id,
        "ground": ErasureGround.CONSENT_WITHDRAWN,
        "reason": "本人来函申请",
        "confirmation": member.name,
    }
    return ErasePerson.model_validate(fields | other)


async def refused(house: House, command: ErasePerson, role: Role = Role.MEMBERS_OFFICE) -> type[Refusal]:
    with pytest.raises(Refusal) as refusal:
        await house.ask(command, person(role, committee=command.committee))
    return type(refusal.value)


async def test_who_serves_is_not_erased(house: House) -> None:
    committee, member = await a_member(house)
    sheet = await house.ask(ErasureSheet(committee=committee, member_id=member.member_id), office(committee))
    assert isinstance(sheet, ErasureSheetAnswer)
    assert "在任" in sheet.obstacles[0]
    assert await refused(house, erasing(committee, member)) is WrongState


async def test_who_waits_for_an_answer_is_not_erased(house: House, services: Stack) -> None:
    committee, member = await a_member(house)
    appeal = AppealPoints(committee=committee, appeal_id=new_id(), year=2026, text="少记了一次调研")
    await house.ask(appeal, person(Role.MEMBER, committee=committee, person_id=member.person_id))
    await leaves(services, committee, member)
    assert await refused(house, erasing(committee, member)) is WrongState


async def test_the_name_has_to_be_typed_and_the_reason_may_not_hold_it(house: House, services: Stack) -> None:
    committee, member = await a_member(house)
    await leaves(services, committee, member)
    assert await refused(house, erasing(committee, member, confirmation="别人")) is Invalid
    assert await refused(house, erasing(committee, member, confirmation="")) is Invalid
    assert await refused(house, erasing(committee, member, reason=f"{member.name}申请")) is Invalid


async def test_only_the_members_office_of_the_committee_erases(house: House, services: Stack) -> None:
    committee, member = await a_member(house)
    await leaves(services, committee, member)
    for role in Role:
        if role is not Role.MEMBERS_OFFICE:
            assert await refused(house, erasing(committee, member), role) is Forbidden
    elsewhere = erasing(PLACE, member)
    assert await refused(house, elsewhere) is NotFound


async def test_an_erased_member_is_gone_from_every_service(house: House, portal: Stack) -> None:
    committee, member = await a_member(house)
    themselves = person(Role.MEMBER, committee=committee, person_id=member.person_id)
    dossier = await house.ask(Dossier(committee=committee, member_id=member.member_id), office(committee))
    assert isinstance(dossier, DossierAnswer)
    phone = dossier.phone
    assert phone
    await house.ask(
        RecordDuty(
            committee=committee, member_id=member.member_id, fact_id=new_id(), kind=DutyKind.PLENARY,
            on="2026-01-10", note=f"{member.name}带队",
        ),
        office(committee),
    )  # fmt: skip
    await house.ask(
        SaveDraft(committee=committee, draft_id=new_id(), revision=0, title=f"{phone}的草稿"), themselves
    )
    await house.ask(SetPreferences(committee=committee, email=f"m{phone}@example.cn"), themselves)

    async def known_to_the_portal() -> bool:
        return bool(await rows(portal, "select 1 from account where login = :login", login=phone))

    await until_async(known_to_the_portal, "the portal made an account")
    await leaves(portal, committee, member)
    done = await house.ask(erasing(committee, member), office(committee))

    async def gone() -> bool:
        return not [
            place
            for service in ("members", "proposals", "consultation", "notify", "portal")
            for place in await whereabouts(portal, service, phone)
        ]

    await until_async(gone, "every copy is gone", limit=20)
    (event,) = await stated(portal, PersonErased, committee)
    assert event == {"member_id": str(member.member_id), "person_id": str(member.person_id)}
    (known,) = await rows(portal, "select name from person where id = :id", id=member.person_id)
    assert known.name == ERASED_NAME
    assert not await rows(portal, "select 1 from membership where person_id = :id", id=member.person_id), (
        "nobody signs in as them"
    )
    after = await house.ask(Dossier(committee=committee, member_id=member.member_id), office(committee))
    assert isinstance(after, DossierAnswer)
    assert (after.name, after.born, after.party, after.employer) == (ERASED_NAME, None, None, None)
    assert after.history_intact, "the chain verifies without what it told"
    assert [entry.action for entry in after.history][-1] == "erase_person"
    assert not any(entry.changes.get("name") for entry in after.history)
    assert getattr(done, "version") == after.version  # noqa: B009  (an answer's field)


async def test_who_was_erased_stays_erased(house: House, services: Stack) -> None:
    committee, member = await a_member(house)
    await leaves(services, committee, member)
    await house.ask(erasing(committee, member), office(committee))
    assert await refused(house, erasing(committee, member)) is WrongState
    for command in (
        ReadmitMember(committee=committee, member_id=member.member_id, reason="恢复"),
        ChangePhone(committee=committee, member_id=member.member_id, phone="13900000000", reason="换号"),
    ):
        with pytest.raises(WrongState):
            await house.ask(command, office(committee))
    again = await import_roster(house, committee, as_xlsx(roster_rows(committee, 1)))
    assert again.added == 1, "the same human being can be a new member"


async def test_the_page_asks_twice_and_keeps_what_was_typed(portal: Stack, house: House) -> None:
    committee, member = await a_member(house)
    await leaves(portal, committee, member)
    async with signed_in(portal, Role.MEMBERS_OFFICE, committee=committee) as clerk:
        dossier = await clerk.open(f"/members/{member.member_id}")
        path = f"/members/{member.member_id}/erase"
        assert path in dossier.text
        page = await clerk.open(path)
        assert "会删除什么" in words(page)
        wrong = await clerk.send(path, ground="purpose_ended", reason="任期届满五年", confirmation="张冠李戴")
        assert wrong.status_code == 422
        assert "任期届满五年" in wrong.text
        assert "与这名人员的姓名不一致" in words(wrong)
        done = await clerk.send(path, ground="purpose_ended", reason="任期届满五年", confirmation=member.name)
        assert done.status_code == 303
        after = await clerk.open(f"/members/{member.member_id}")
        assert ERASED_NAME in words(after)
        assert "删除个人信息" in words(after)
        assert member.name not in words(after)


async def test_only_who_may_is_shown_the_page(portal: Stack, house: House) -> None:
    committee, member = await a_member(house)
    async with signed_in(portal, Role.COMMITTEE_OFFICE, committee=committee) as stranger:
        assert (await stranger.open(f"/members/{member.member_id}/erase")).status_code == 403
