"""Example pages of handling units, the ranking, appeals and days of duty."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

from services.portal.views import PageContext, View
from services.portal.views.duty import (
    AppealsView,
    DutyDaysView,
    DutyDayView,
    RankingView,
    SimulationView,
    UnitsView,
    UnitView,
)
from tests.browser.examples import PEOPLE, THE_MEMBER, THE_OFFICER, ago, ident, page
from tongxin_contracts.members.duty_days import (
    DutyDayRow,
    DutyDaysAnswer,
    DutyPlanRow,
    DutyStatisticsAnswer,
    FormStatistics,
    MatterRow,
    OnDuty,
)
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.members.points import (
    AppealRow,
    AppealsAnswer,
    MovedMember,
    RankedMember,
    RankingAnswer,
    SimulationAnswer,
    YearClosing,
)
from tongxin_contracts.members.queries import MemberRow, UnitRow
from tongxin_contracts.words import (
    Attendance,
    DayShift,
    DutyDayForm,
    DutyDayState,
    DutyKind,
    HalfDay,
    MatterOutcome,
    MemberRank,
    MemberStanding,
    Sector,
    UnitDuty,
    YearEndOutcome,
)

UNITS = ["安和市住房和城乡建设局", "安和市水务局", "安和市教育体育局", "安和市卫生健康委员会", "安和市供销社"]
GROUPS = ["城关镇联络组", "三堤口街道联络组", "菜子湖联络组"]
OFFICE = replace(
    THE_OFFICER,
    permissions=THE_OFFICER.permissions
    | {
        "members.register_unit", "members.staff_unit", "members.duty_ranking", "members.export_ranking", "members.duty_days",
        "members.simulate_scheme", "members.answer_appeal", "members.close_duty_year", "members.plan_duty_days", "members.record_duty_day",
        "members.assign_duty", "members.record_duty", "members.duty_statistics", "members.dossier",
    },
)  # fmt: skip
MEMBER = replace(
    THE_MEMBER, permissions=THE_MEMBER.permissions | {"members.duty_days", "members.appeal_points"}
)


def _unit(index: int, *, staffed: bool = True) -> UnitRow:
    posts = [
        UnitPost(person_id=ident("person", PEOPLE[(index + place) % len(PEOPLE)]), duty=duty)
        for place, duty in enumerate(UnitDuty)
    ]
    return UnitRow(
        unit_id=ident("unit", index),
        version=2,
        name=UNITS[index],
        short_name=UNITS[index].removeprefix("安和"),
        active=index < 4,
        posts=posts if staffed else [],
    )


def _ranked(place: int) -> RankedMember:
    points = ["92", "88.5", "88.5", "76", "61", "58", "23", "0"][place]
    return RankedMember(
        rank=[1, 2, 2, 4, 5, 6, 7, 8][place],
        member_id=ident("member", place),
        person_id=ident("person", PEOPLE[place]),
        name=PEOPLE[place],
        liaison_group=GROUPS[place % 3],
        points=points,
        missing="0" if float(points) >= 60 else str(60 - float(points)).removesuffix(".0"),
        grade="合格" if float(points) >= 60 else "不合格",
        awards=["年度优秀委员"] if place < 2 else [],
        allowance="全额" if float(points) >= 60 else "不发放",
    )


def _member(place: int) -> MemberRow:
    return MemberRow(
        member_id=ident("member", place),
        person_id=ident("person", PEOPLE[place]),
        name=PEOPLE[place],
        sector=Sector.EDUCATION,
        rank=MemberRank.MEMBER,
        standing=MemberStanding.SERVING,
        special_committee=None,
        liaison_group=GROUPS[place % 3],
        employer=None,
        post=None,
        points=None,
    )


def _day(month: int, state: DutyDayState) -> DutyDayRow:
    held = state is DutyDayState.RECORDED
    people = [
        OnDuty(
            member_id=ident("member", place),
            person_id=ident("person", PEOPLE[place]),
            name=PEOPLE[place],
            attendance=(Attendance.PRESENT if place % 2 else Attendance.LEAVE) if held else None,
        )
        for place in (month % 8, (month + 1) % 8)
    ]
    matters = [
        MatterRow(
            matter_id=ident("matter", month),
            text="三号楼下水道反复堵塞，一楼住户家中返水",
            outcome=MatterOutcome.SOLVED,
            became="住建所已更换管道，住户已签字确认",
        ),
        MatterRow(
            matter_id=ident("matter", -month),
            text="菜市场门口早高峰占道",
            outcome=MatterOutcome.OPEN,
            became="",
        ),
    ]
    return DutyDayRow(
        day_id=ident("day", month),
        version=2,
        name="委员接待日",
        form=DutyDayForm.RECEPTION,
        kind=DutyKind.ACTIVITY,
        on=date(2026, month, 8),
        begins=time(9),
        ends=time(11, 30),
        place="三堤口街道委员工作室",
        state=state,
        people=people,
        invited=2 if held else None,
        present=1 if held else None,
        residents=23 if held else None,
        matters=matters if held else [],
    )


def _appeal(number: int, *, answered: bool) -> AppealRow:
    return AppealRow(
        appeal_id=ident("appeal", number),
        version=1,
        member_id=ident("member", number),
        person_id=ident("person", PEOPLE[number]),
        name=PEOPLE[number],
        year=2026,
        fact_id=ident("fact", number),
        line="2026-05-08 志愿服务：社区义诊",
        text="这次是政协组织的义诊活动，应按参加履职活动计分，签到表在专委会办公室。",
        made_at=ago(days=2),
        granted=True if answered else None,
        answer="已核对签到表，更正为参加履职活动。" if answered else None,
        answered_at=ago(hours=3) if answered else None,
    )


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """Each page with content, and the empty ones."""
    units = [_unit(index, staffed=index != 2) for index in range(5)]
    yield "units", page("/units", OFFICE), UnitsView(units=units)
    yield "units_empty", page("/units", OFFICE), UnitsView(units=[])
    people = [(ident("person", name), name) for name in PEOPLE]
    candidates = {duty: people[place : place + 3] if place else [] for place, duty in enumerate(UnitDuty)}
    yield "unit", page("/units/1", OFFICE), UnitView(unit=units[0], candidates=candidates)
    ranking = RankingAnswer(
        year=2026,
        scheme="政协桐城市委员会委员履职考核暂行办法",
        rule_version="tongcheng@2019.1",
        floor="60",
        members=[_ranked(place) for place in range(8)],
        next="x",
        serving=320,
        reached=187,
        groups=GROUPS,
    )
    yield "ranking", page("/ranking", OFFICE), RankingView(ranking=ranking)
    never = YearClosing(passed=0, below=0, open=320, over=True, closed_at=None)
    over = ranking.model_copy(update={"year": 2025, "closing": never})
    yield "ranking_over", page("/ranking", OFFICE), RankingView(ranking=over)
    partly = YearClosing(passed=240, below=71, open=9, over=True, closed_at=ago(days=40))
    closed = ranking.model_copy(update={"year": 2025, "closing": partly})
    yield "ranking_closed", page("/ranking", OFFICE), RankingView(ranking=closed)
    moved = [
        MovedMember(
            member_id=ident("member", place), name=PEOPLE[place], liaison_group=GROUPS[place % 3], before="58", after="63",
            rank_before=190 + place, rank_after=170 + place, outcome_before=YearEndOutcome.BELOW,
            outcome_after=YearEndOutcome.PASSES,
        )
        for place in range(5)
    ]  # fmt: skip
    found = SimulationAnswer(
        year=2025, rule_version="tongcheng@2019.1", simulated="tongcheng@2027.1", moved=moved, moved_count=41,
        unmoved=279, below_before=133, below_after=118,
    )  # fmt: skip
    yield "simulation", page("/ranking/simulation", OFFICE), SimulationView(found=found)
    both = AppealsAnswer(appeals=[_appeal(0, answered=False), _appeal(1, answered=True)])
    yield "appeals", page("/appeals", OFFICE), AppealsView(appeals=both)
    states = [DutyDayState.RECORDED] * 5 + [DutyDayState.CANCELLED] + [DutyDayState.PLANNED] * 6
    days = [_day(month, state) for month, state in enumerate(states, 1)]
    plan = DutyPlanRow(
        plan_id=ident("plan"), version=1, name="委员接待日", form=DutyDayForm.RECEPTION, kind=DutyKind.ACTIVITY, day_of_month=8,
        half=HalfDay.MORNING, shift=DayShift.NEXT_WORKING_DAY, place="三堤口街道委员工作室", active=True,
    )  # fmt: skip
    statistics = [
        FormStatistics(form=DutyDayForm.RECEPTION, planned=11, held=5, invited=10, present=8, turnout="80", residents=115, matters=10, solved=5),
        FormStatistics(form=DutyDayForm.CONSULTATION, planned=8, held=8, invited=1280, present=960, turnout="75", residents=1246, matters=6, solved=6),
    ]  # fmt: skip
    members = [_member(place) for place in range(8)]
    yield (
        "duty_days",
        page("/duty", OFFICE),
        DutyDaysView(
            duty=DutyDaysAnswer(year=2026, plans=[plan], days=days),
            statistics=DutyStatisticsAnswer(year=2026, forms=statistics),
            members=members,
        ),
    )
    own = DutyDaysAnswer(year=2026, plans=[], days=days[5:8])
    yield "duty_days_own", page("/duty", MEMBER), DutyDaysView(duty=own)
    yield "duty_day", page("/duty/1", OFFICE), DutyDayView(day=days[6], members=members, is_over=True)
    yield "duty_day_recorded", page("/duty/2", OFFICE), DutyDayView(day=days[1], members=members)
