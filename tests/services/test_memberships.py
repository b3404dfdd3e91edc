"""One member put right at a time: another phone, and a membership that goes on."""

import pytest

from chassis.problems import Forbidden, Invalid, WrongState
from infra.local.stack import Stack
from services.members.commands.record_duty_day import record_duty_day
from tests.house import House, person
from tests.members_at_work import adopt, database, office, some_members
from tests.portal_at_work import rows
from tests.services.test_members_duty import LAST_YEAR, close_year, dossier
from tests.services.test_members_inside import counted, work_in
from tests.services.test_reception import days, reception_plan
from tests.waiting import until_async
from tongxin_contracts.members.commands import DecideExit
from tongxin_contracts.members.duty_days import PlanDutyDays, RecordDutyDay, Took
from tongxin_contracts.members.memberships import ChangePhone, ReadmitMember
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ExitDecision, MemberStanding


async def test_another_phone_is_another_login_of_the_same_account(house: House, portal: Stack) -> None:
    committee = "350450"
    member, other = await some_members(house, committee, 2)
    taken = (await dossier(house, committee, other)).phone
    command = ChangePhone(
        committee=committee, member_id=member.member_id, phone="139 8877 6655", reason="本人来电"
    )
    for wrong in ("0553-1234567", taken or ""):
        with pytest.raises(Invalid) as refused:
            await house.ask(command.model_copy(update={"phone": wrong}), office(committee))
        assert [error.field for error in refused.value.errors] == ["phone"]
    with pytest.raises(Forbidden):
        await house.ask(command, person(Role.MEMBER, committee=committee))
    await house.ask(command, office(committee))
    shown = await dossier(house, committee, member)
    assert shown.phone == "13988776655"
    assert shown.history[-1].reason == "本人来电"

    async def moved() -> bool:
        statement = "select login from account where person_id = :person"
        return [row.login for row in await rows(portal, statement, person=member.person_id)] == [
            "13988776655"
        ]

    await until_async(moved, "the account goes with the person")


async def test_who_resigned_is_taken_back_and_who_serves_is_not(house: House) -> None:
    committee = "350451"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    back = ReadmitMember(committee=committee, member_id=member.member_id, reason="增补为委员")
    with pytest.raises(WrongState, match="在任"):
        await house.ask(back, office(committee))
    await close_year(house, committee)
    resign = DecideExit(
        committee=committee,
        member_id=member.member_id,
        year=LAST_YEAR,
        decision=ExitDecision.RESIGN,
        reason="全年未履职",
    )
    await house.ask(resign, office(committee))
    assert (await dossier(house, committee, member)).standing is MemberStanding.RESIGNED
    await house.ask(back, office(committee))
    assert (await dossier(house, committee, member)).standing is MemberStanding.SERVING


async def test_recording_a_day_costs_as_many_statements_for_40_members_as_for_2(house: House) -> None:
    costs = []
    for committee, count in (("350452", 2), ("350453", 40)):
        members = await some_members(house, committee, count)
        plan = await reception_plan(house, committee)
        await house.ask(PlanDutyDays(committee=committee, plan_id=plan, year=LAST_YEAR), office(committee))
        (day, *_) = await days(house, committee, LAST_YEAR)
        command = RecordDutyDay(
            committee=committee,
            day_id=day.day_id,
            expected_version=day.version,
            took=[Took(member_id=member.member_id) for member in members],
        )
        async with database(house.stack, committee) as tx:
            async with counted(tx) as sent:
                work = work_in(tx, house.stack, committee)
                await record_duty_day(command, work)
                await work.flush()
            costs.append(len(sent))
    assert costs[0] == costs[1], costs
