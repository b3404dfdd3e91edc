"""Row 08, 三堤口街道: points by data, a floor of 15, and a suggestion that only the district decides on.

「每次活动参加一次得5分，提供一个金点子奖励5分，做志愿者一次奖励2分……全年每名委员最低不少于15分，低于临界点分，向区政协建议请辞」
Reception day is the 8th of every month in the morning; in the year of the report there were eight sessions of
请你来协商 with a turnout of 75 %, 1,246 residents taking part and six matters, all solved.
"""

from datetime import date, time
from typing import Final
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Forbidden
from services.members.bundled_schemes import bundled_data
from services.members.rules.roster import RosterRow
from tests.house import BESIDE, CITY, House, person
from tests.members_at_work import as_gbk, import_roster, office, roster_page
from tests.waiting import until_async
from tongxin_contracts.members.commands import (
    AdoptScheme,
    CloseDutyYear,
    DecideExit,
    RecordDuty,
    YearClosed,
)
from tongxin_contracts.members.duty_days import (
    DutyDays,
    DutyDaysAnswer,
    DutyStatistics,
    DutyStatisticsAnswer,
    HeardMatter,
    PlanDutyDays,
    RecordDutyDay,
    ScheduleDutyDay,
    SetDutyPlan,
    Took,
)
from tongxin_contracts.members.queries import Dossier, DossierAnswer, MemberRow
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import (
    DutyDayForm,
    DutyKind,
    ExitDecision,
    HalfDay,
    MatterOutcome,
    MemberStanding,
    Sector,
    TaskKind,
    YearEndOutcome,
)

pytestmark = pytest.mark.playbook("08")

DISTRICT: Final = BESIDE
GROUP: Final = "三堤口街道联络组"
YEAR: Final = 2025
DUTIES: Final = {
    "甲": [DutyKind.ACTIVITY] * 2 + [DutyKind.GOLDEN_IDEA, DutyKind.VOLUNTEERING],
    "乙": [DutyKind.ACTIVITY] * 2 + [DutyKind.VOLUNTEERING] * 2,
    "丙": [DutyKind.ACTIVITY] * 3,
}
SESSIONS: Final = [(160, 120, 156)] * 7 + [(160, 120, 154)]
"""Invited, present and residents of each of the eight sessions: 75 % and 1,246 together."""
POINTS: Final = {"甲": "17", "乙": "14", "丙": "15"}


@pytest.fixture(scope="module")
async def members(house: House) -> dict[str, MemberRow]:
    """The district works by the street's scheme, and three members of the street did what they did."""
    rows = [
        RosterRow(row=0, name=name, phone=f"1990800000{n}", sector=Sector.ECONOMY, liaison_group=GROUP)
        for n, name in enumerate(DUTIES)
    ]
    await import_roster(house, DISTRICT, as_gbk(rows), "三堤口.csv")
    scheme = AdoptScheme(
        committee=DISTRICT,
        scheme_id=new_id(),
        scheme=dict(bundled_data("sandikou")),
        source="三堤口街道积分办法",
    )
    await house.ask(scheme, office(DISTRICT))
    found = {row.name: row for row in (await roster_page(house, DISTRICT, search=GROUP)).members}
    for name, duties in DUTIES.items():
        for day, kind in enumerate(duties, 1):
            await house.ask(
                RecordDuty(
                    committee=DISTRICT,
                    member_id=found[name].member_id,
                    fact_id=new_id(),
                    kind=kind,
                    on=date(YEAR, 3, day),
                ),
                office(DISTRICT),
            )
    return found


async def dossier(house: House, member_id: UUID) -> DossierAnswer:
    answer = await house.ask(Dossier(committee=DISTRICT, member_id=member_id, year=YEAR), office(DISTRICT))
    assert isinstance(answer, DossierAnswer)
    return answer


async def test_row_08_points_are_counted_by_the_rule_and_every_line_names_it(
    house: House, members: dict[str, MemberRow]
) -> None:
    for name, points in POINTS.items():
        found = await dossier(house, members[name].member_id)
        assert found.total == points
        assert [line.kind for line in found.lines] == DUTIES[name]
        assert {line.rule_version for line in found.lines} == {found.rule_version}


async def test_row_08_below_15_is_suggested_and_only_the_district_decides(
    house: House, members: dict[str, MemberRow]
) -> None:
    close = CloseDutyYear(committee=DISTRICT, closing_id=new_id(), year=YEAR, liaison_group=GROUP)
    closed = await house.ask(close, office(DISTRICT))
    assert isinstance(closed, YearClosed)
    below = [entry for entry in closed.below if entry.outcome is YearEndOutcome.SUGGEST_RESIGNATION]
    assert [(entry.member_id, entry.points) for entry in below] == [(members["乙"].member_id, "14")]
    assert closed.passed == 2, "17 and 15 pass"
    standing = (await dossier(house, members["乙"].member_id)).standing
    assert standing is MemberStanding.SERVING, "a suggestion removes nobody"

    staff = office(DISTRICT)

    async def has_to_decide() -> bool:
        work = await house.ask(MyWork(committee=DISTRICT), staff)
        assert isinstance(work, MyWorkAnswer)
        return [todo.kind for todo in work.todos] == [TaskKind.DECIDE_EXIT]

    await until_async(has_to_decide, "the district has to decide")
    decide = DecideExit(
        committee=DISTRICT,
        member_id=members["乙"].member_id,
        year=YEAR,
        decision=ExitDecision.KEEP,
        reason="长期驻村，约谈后留任",
    )
    with pytest.raises(Forbidden):
        await house.ask(decide, person(Role.MEMBERS_OFFICE, committee=CITY))
    with pytest.raises(Forbidden):
        await house.ask(decide, person(Role.MEMBER, committee=DISTRICT))
    await house.ask(decide, staff)
    assert (await dossier(house, members["乙"].member_id)).standing is MemberStanding.SERVING

    async def is_done() -> bool:
        work = await house.ask(MyWork(committee=DISTRICT), staff)
        assert isinstance(work, MyWorkAnswer)
        return not work.todos

    await until_async(is_done, "nobody is reminded of what is decided")


async def test_row_08_reception_day_is_the_8th_of_every_month_in_the_morning(
    house: House, members: dict[str, MemberRow]
) -> None:
    plan = SetDutyPlan(
        committee=DISTRICT,
        plan_id=new_id(),
        name="三堤口街道委员接待日",
        day_of_month=8,
        half=HalfDay.MORNING,
        place="街道委员工作室",
    )
    await house.ask(plan, office(DISTRICT))
    year = YEAR + 1
    await house.ask(
        PlanDutyDays(
            committee=DISTRICT,
            plan_id=plan.plan_id,
            year=year,
            rotation=[members[name].member_id for name in DUTIES],
            per_day=1,
        ),
        office(DISTRICT),
    )
    me = person(Role.MEMBER, committee=DISTRICT, person_id=members["甲"].person_id)
    mine = await house.ask(DutyDays(committee=DISTRICT, year=year), me)
    assert isinstance(mine, DutyDaysAnswer)
    assert [day.on.month for day in mine.days] == [1, 4, 7, 10], "every third one is 甲's turn"
    assert all(day.on.day >= 8 and (day.begins, day.ends) == (time(9), time(11, 30)) for day in mine.days)


async def test_row_08_eight_sessions_with_their_turnout_residents_and_solved_matters(
    house: House, members: dict[str, MemberRow]
) -> None:
    year = YEAR - 1
    for month, (invited, present, residents) in enumerate(SESSIONS, 1):
        session = ScheduleDutyDay(
            committee=DISTRICT,
            day_id=new_id(),
            name=f"第{month}场请你来协商",
            form=DutyDayForm.CONSULTATION,
            on=date(year, month, 20),
            begins=time(14, 30),
            ends=time(16, 30),
            place="社区协商议事室",
        )
        await house.ask(session, office(DISTRICT))
        matters = [
            HeardMatter(
                matter_id=new_id(),
                text=f"第{month}件居民反映的问题",
                outcome=MatterOutcome.SOLVED,
                became="已整改",
            )
        ]
        await house.ask(
            RecordDutyDay(
                committee=DISTRICT,
                day_id=session.day_id,
                expected_version=1,
                took=[Took(member_id=members["丙"].member_id)],
                invited=invited,
                present=present,
                residents=residents,
                matters=matters if month <= 6 else [],
            ),
            office(DISTRICT),
        )
    found = await house.ask(DutyStatistics(committee=DISTRICT, year=year), office(DISTRICT))
    assert isinstance(found, DutyStatisticsAnswer)
    (sessions,) = found.forms
    assert (sessions.form, sessions.held) == (DutyDayForm.CONSULTATION, 8)
    assert (sessions.turnout, sessions.residents) == ("75", 1246)
    assert (sessions.matters, sessions.solved) == (6, 6)
    credited = await house.ask(
        Dossier(committee=DISTRICT, member_id=members["丙"].member_id, year=year), office(DISTRICT)
    )
    assert isinstance(credited, DossierAnswer)
    assert credited.total == "40", "eight activities of five points"
