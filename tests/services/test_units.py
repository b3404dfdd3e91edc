"""Handling units as members keeps them, and fellow members found by name without anything that reaches them."""

import pytest

from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, VersionClash, WrongState
from tests.house import House, person
from tests.members_at_work import office, some_members, stated
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.members.events import UnitPost, UnitRegistered, UnitStaffed
from tongxin_contracts.members.queries import Colleagues, ColleaguesAnswer, UnitRow, Units, UnitsAnswer
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import UnitDuty


async def register(house: House, committee: str, name: str, **more: object) -> Done:
    command = RegisterUnit(
        **{"committee": committee, "unit_id": new_id(), "name": name, "short_name": name[:6], **more}
    )
    answer = await house.ask(command, person(Role.PROPOSALS_OFFICE, committee=committee))
    assert isinstance(answer, Done)
    return answer


async def units(house: House, committee: str) -> list[UnitRow]:
    answer = await house.ask(Units(committee=committee), office(committee))
    assert isinstance(answer, UnitsAnswer)
    return answer.units


async def test_a_unit_is_registered_renamed_and_closed_and_each_step_is_stated(house: House) -> None:
    committee = "350401"
    made = await register(house, committee, "市水务局")
    same = await register(house, committee, "市水务局", unit_id=made.id)
    assert same.version == made.version == 1, "the same said again changes nothing"
    await register(house, committee, "市水利局", unit_id=made.id)
    await register(house, committee, "市水利局", unit_id=made.id, active=False)
    assert [(unit.name, unit.active, unit.version) for unit in await units(house, committee)] == [
        ("市水利局", False, 3)
    ]
    told = await stated(house.stack, UnitRegistered, committee)
    assert [(event["name"], event["active"]) for event in told] == [
        ("市水务局", True),
        ("市水利局", True),
        ("市水利局", False),
    ]
    with pytest.raises(Invalid) as taken:
        await register(house, committee, "市水利局")
    assert [error.field for error in taken.value.errors] == ["name"]
    with pytest.raises(Forbidden):
        await house.ask(
            RegisterUnit(committee=committee, unit_id=new_id(), name="某局", short_name="某局"),
            person(Role.MEMBER, committee=committee),
        )


async def test_staffing_replaces_what_was_said_before(house: House) -> None:
    committee, staff = "350402", person(Role.ADMIN, committee="350402")
    unit = await register(house, committee, "市城管局")
    liaison, signer = new_id(), new_id()
    first = (
        UnitPost(person_id=liaison, duty=UnitDuty.LIAISON),
        UnitPost(person_id=liaison, duty=UnitDuty.HANDLER),
        UnitPost(person_id=liaison, duty=UnitDuty.HANDLER),
    )
    command = StaffUnit(committee=committee, unit_id=unit.id, expected_version=1, posts=list(first))
    await house.ask(command, staff)
    second = StaffUnit(
        committee=committee,
        unit_id=unit.id,
        expected_version=2,
        posts=[UnitPost(person_id=signer, duty=UnitDuty.SIGNER)],
    )
    with pytest.raises(VersionClash):
        await house.ask(second.model_copy(update={"expected_version": 1}), staff)
    await house.ask(second, staff)
    (shown,) = await units(house, committee)
    assert shown.posts == [UnitPost(person_id=signer, duty=UnitDuty.SIGNER)]
    told = await stated(house.stack, UnitStaffed, committee)
    assert [len(event["posts"]) for event in told] == [2, 1], "who is named twice for one duty has it once"
    await register(house, committee, "市城管局", unit_id=unit.id, active=False)
    with pytest.raises(WrongState, match="停用"):
        await house.ask(second.model_copy(update={"expected_version": 4}), staff)
    with pytest.raises(NotFound):
        await house.ask(
            second.model_copy(update={"committee": "350403"}), person(Role.ADMIN, committee="350403")
        )


async def test_colleagues_are_found_by_name_without_oneself_and_without_contact_data(house: House) -> None:
    committee = "350404"
    members = await some_members(house, committee, 30)
    me = person(Role.MEMBER, committee=committee, person_id=members[0].person_id)
    found = await house.ask(Colleagues(committee=committee), me)
    assert isinstance(found, ColleaguesAnswer)
    assert len(found.members) == 20
    assert members[0].person_id not in {one.person_id for one in found.members}
    assert set(found.members[0].model_dump()) == {"person_id", "member_id", "name", "sector"}
    zhao = await house.ask(Colleagues(committee=committee, search="赵"), me)
    assert isinstance(zhao, ColleaguesAnswer)
    expected = {one.member_id for one in members[1:] if "赵" in one.name}
    assert {one.member_id for one in zhao.members} == expected
    percent = await house.ask(Colleagues(committee=committee, search="%"), me)
    assert isinstance(percent, ColleaguesAnswer)
    assert percent.members == [], "what is typed is a name and no pattern"
