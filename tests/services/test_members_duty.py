"""Points follow events and corrections, every point says why, and a year's end only suggests (row 08)."""

import copy
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Invalid, Malformed, NotFound, WrongState
from services.members.bundled_schemes import bundled_data
from tests.house import House, person
from tests.members_at_work import (
    adopt,
    as_xlsx,
    counts,
    database,
    import_roster,
    office,
    report,
    roster_page,
    roster_rows,
    some_members,
    stated,
)
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.members.commands import (
    AdoptScheme,
    AnnulDuty,
    CloseDutyYear,
    DecideExit,
    OpenSession,
    RecordDuty,
    YearClosed,
)
from tongxin_contracts.members.events import ExitDecided, ExitSuggested, MemberChanged
from tongxin_contracts.members.queries import (
    CommitteeAnswer,
    CurrentSession,
    Dossier,
    DossierAnswer,
    MemberRow,
    Scheme,
    SchemeAnswer,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED
from tongxin_contracts.words import Attendance, DutyKind, ExitDecision, MemberStanding, YearEndOutcome

LAST_YEAR = date.today().year - 1  # noqa: DTZ011  (a whole year that is over, whatever the zone)


async def record(
    house: House, committee: str, member: MemberRow, kind: DutyKind, times: int = 1, **more: Any
) -> list[UUID]:
    ids = [new_id() for _ in range(times)]
    for fact_id in ids:
        command = RecordDuty(
            committee=committee,
            member_id=member.member_id,
            fact_id=fact_id,
            kind=kind,
            **{"on": date(LAST_YEAR, 5, 8), "note": "每月八日接待日", **more},
        )
        await house.ask(command, office(committee))
    return ids


async def dossier(
    house: House, committee: str, member: MemberRow, year: int | None = LAST_YEAR
) -> DossierAnswer:
    answer = await house.ask(
        Dossier(committee=committee, member_id=member.member_id, year=year), office(committee)
    )
    assert isinstance(answer, DossierAnswer)
    return answer


async def close_year(house: House, committee: str, **more: Any) -> YearClosed:
    answer = await house.ask(
        CloseDutyYear(committee=committee, closing_id=new_id(), **{"year": LAST_YEAR, **more}),
        office(committee),
    )
    assert isinstance(answer, YearClosed)
    return answer


async def test_a_session_is_opened_once_and_only_after_the_one_before(house: House) -> None:
    committee, staff = "341100", office("341100")
    first: dict[str, Any] = {
        "committee": committee,
        "session_id": new_id(),
        "committee_name": "清源县政协",
        "term": 8,
        "session": 2,
        "opens_on": date(2026, 1, 10),
        "cutoff_on": date(2026, 12, 5),
    }
    with pytest.raises(Invalid) as wrong:
        await house.ask(OpenSession(**first | {"cutoff_on": date(2025, 12, 5)}), staff)
    assert [error.field for error in wrong.value.errors] == ["cutoff_on"]
    await house.ask(OpenSession(**first), staff)
    with pytest.raises(WrongState, match="已经开启"):
        await house.ask(OpenSession(**first | {"session_id": new_id()}), staff)
    following = first | {"session_id": new_id(), "session": 3}
    with pytest.raises(Invalid):
        await house.ask(OpenSession(**following), staff)
    later = following | {"opens_on": date(2027, 1, 10), "cutoff_on": date(2027, 12, 5)}
    await house.ask(OpenSession(**later), staff)
    current = await house.ask(CurrentSession(committee=committee), staff)
    assert current == CommitteeAnswer(code=committee, name="清源县政协", term=8, session=3)


async def test_an_id_that_somebody_else_has_is_refused_and_gives_nothing_away(house: House) -> None:
    session_id = new_id()

    async def open_in(committee: str) -> None:
        await house.ask(
            OpenSession(
                committee=committee,
                session_id=session_id,
                committee_name="某政协",
                term=1,
                session=1,
                opens_on=date(2026, 1, 10),
                cutoff_on=date(2026, 12, 5),
            ),
            office(committee),
        )

    await open_in("341113")
    with pytest.raises(WrongState, match="编号已被使用"):
        await open_in("341114")


async def test_awkward_text_is_kept_as_it_is_and_what_cannot_be_kept_is_refused(house: House) -> None:
    committee = "341115"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    notes = ["'; drop table member;--", "<script>alert(1)</script>", "👨‍👩‍👧‍👦 𠮷䶮", "\\u0000", "%_\\"]
    for note in notes:
        await record(house, committee, member, DutyKind.ACTIVITY, note=note)
    shown = await dossier(house, committee, member)
    assert {line.evidence for line in shown.lines} == set(notes)
    with pytest.raises(Malformed, match="无法保存"):
        await record(house, committee, member, DutyKind.ACTIVITY, note="a\0b")


async def test_a_scheme_is_checked_as_a_whole_and_a_version_means_one_thing(house: House) -> None:
    committee, staff = "341101", office("341101")
    assert await house.ask(Scheme(committee=committee), staff) == SchemeAnswer(
        scheme_id=None, rule_version=None, scheme=None, source=None
    )
    broken: Any = copy.deepcopy(dict(bundled_data("sandikou")))
    broken["items"][0]["points"] = 2.5
    broken["items"][1]["class"] = "nowhere"
    with pytest.raises(Invalid) as wrong:
        await house.ask(
            AdoptScheme(committee=committee, scheme_id=new_id(), scheme=broken, source="x"), staff
        )
    assert {error.field for error in wrong.value.errors} == {"scheme.items.0.points", "scheme.items.1.class"}
    adopted = await adopt(house, committee)
    assert adopted.rule_version == "sandikou@2020.1"
    assert await adopt(house, committee) == adopted
    other: Any = copy.deepcopy(dict(bundled_data("sandikou")))
    other["items"][0]["points"] = 6
    with pytest.raises(Invalid, match=r"需要修改") as second:
        await house.ask(AdoptScheme(committee=committee, scheme_id=new_id(), scheme=other, source="x"), staff)
    assert [error.field for error in second.value.errors] == ["scheme.version"]
    in_force = await house.ask(Scheme(committee=committee), staff)
    assert isinstance(in_force, SchemeAnswer)
    assert in_force.scheme == bundled_data("sandikou")


async def test_points_follow_what_is_recorded_and_what_is_struck_out(house: House) -> None:
    committee = "341102"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    await record(house, committee, member, DutyKind.ACTIVITY, 2)
    (idea,) = await record(house, committee, member, DutyKind.GOLDEN_IDEA)
    await record(house, committee, member, DutyKind.VOLUNTEERING)
    shown = await dossier(house, committee, member)
    assert (shown.total, shown.floor, shown.rule_version) == ("17", "15", "sandikou@2020.1")
    assert [line.counted for line in shown.lines].count("5") == 3
    assert {line.rule_version for line in shown.lines} == {"sandikou@2020.1"}
    assert {line.evidence for line in shown.lines} == {"每月八日接待日"}
    strike = AnnulDuty(committee=committee, member_id=member.member_id, fact_id=idea, reason="重复登记")
    await house.ask(strike, office(committee))
    struck = await dossier(house, committee, member)
    assert struck.total == "12"
    assert struck.history[-1].reason is not None
    assert "重复登记" in struck.history[-1].reason
    assert struck.version == shown.version + 1
    with pytest.raises(WrongState, match="已经撤销过"):
        await house.ask(strike, office(committee))
    async with database(house.stack, committee) as tx:
        assert (
            await tx.raw.fetchval("select count(*) from duty_fact where member_id = $1", member.member_id)
            == 4
        )
    (row,) = (await roster_page(house, committee)).members
    assert row.points == "0", "nothing was done this year"


async def test_leave_and_absence_are_recorded_for_schemes_that_deduct(house: House) -> None:
    committee = "341103"
    await adopt(house, committee, "tongcheng_2019")
    one, two = await some_members(house, committee, 2)
    await record(house, committee, one, DutyKind.PLENARY, attendance=Attendance.LEAVE)
    await record(house, committee, two, DutyKind.PLENARY, attendance=Attendance.ABSENT)
    assert (await dossier(house, committee, one)).total == "30"
    absent = await dossier(house, committee, two)
    assert (absent.total, absent.grade) == ("0", "不合格")


@pytest.mark.parametrize(
    ("more", "field"),
    [({"kind": DutyKind.PROPOSAL_FILED}, "kind"), ({"on": date(LAST_YEAR + 2, 1, 1)}, "on")],
)
async def test_what_is_not_recorded_by_hand_is_refused(
    house: House, more: dict[str, Any], field: str
) -> None:
    committee = "341104"
    (member,) = (await roster_page(house, committee)).members or await some_members(house, committee, 1)
    with pytest.raises(Invalid) as refused:
        await record(house, committee, member, **{"kind": DutyKind.ACTIVITY, **more})
    assert [error.field for error in refused.value.errors] == [field]


async def test_a_duty_is_recorded_once_and_only_for_ones_own_members(house: House) -> None:
    committee, beside = "341105", "341106"
    (member,) = await some_members(house, committee, 1)
    (stranger,) = await some_members(house, beside, 1)
    (fact_id,) = await record(house, committee, member, DutyKind.ACTIVITY)
    again = RecordDuty(
        committee=committee,
        member_id=member.member_id,
        fact_id=fact_id,
        kind=DutyKind.ACTIVITY,
        on=date(LAST_YEAR, 1, 1),
    )
    with pytest.raises(WrongState, match="已经登记过"):
        await house.ask(again, office(committee))
    with pytest.raises(NotFound):
        await record(house, committee, stranger, DutyKind.ACTIVITY)
    with pytest.raises(NotFound):
        await house.ask(
            AnnulDuty(committee=beside, member_id=stranger.member_id, fact_id=fact_id, reason="越权"),
            office(beside),
        )


async def test_a_filed_proposal_becomes_points_with_its_number_as_evidence(house: House) -> None:
    committee = "341107"
    await open_session(house, committee)
    await adopt(house, committee, "tongcheng_2019")
    member, other = await some_members(house, committee, 2)
    author = person(Role.MEMBER, committee=committee, person_id=member.person_id)
    proposal = await handed_in(house, author)
    number = (await file(house, proposal, committee=committee)).number

    async def credited() -> bool:
        return (await dossier(house, committee, member, None)).total == "25"

    await until_async(credited, "10 for handing in, 15 for filing")
    shown = await dossier(house, committee, member, None)
    assert {(line.kind, line.counted, line.matter) for line in shown.lines} == {
        (DutyKind.PROPOSAL_SUBMITTED, "10", proposal),
        (DutyKind.PROPOSAL_FILED, "15", proposal),
    }
    filed = next(line for line in shown.lines if line.kind is DutyKind.PROPOSAL_FILED)
    assert filed.evidence.startswith(number)
    assert filed.fact_id is not None
    with pytest.raises(WrongState, match="来自提案"):
        await house.ask(
            AnnulDuty(
                committee=committee, member_id=member.member_id, fact_id=filed.fact_id, reason="试一试"
            ),
            office(committee),
        )
    points = {row.member_id: row.points for row in (await roster_page(house, committee)).members}
    assert points == {member.member_id: "25", other.member_id: "0"}


async def test_what_the_scheme_does_not_count_is_shown_with_why(house: House) -> None:
    committee = "341108"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    await record(house, committee, member, DutyKind.TRAINING)
    shown = await dossier(house, committee, member)
    assert (shown.total, shown.lines) == ("0", [])
    assert [one.kind for one in shown.uncounted] == [DutyKind.TRAINING]
    assert "不对" in shown.uncounted[0].reason


async def test_a_dossier_is_ones_own_or_the_offices(house: House) -> None:
    committee = "341109"
    mine, other = await some_members(house, committee, 2)
    me = person(Role.MEMBER, committee=committee, person_id=mine.person_id)
    own = await house.ask(Dossier(committee=committee), me)
    assert isinstance(own, DossierAnswer)
    assert own.member_id == mine.member_id
    assert own.party is not None
    assert own.phone is not None
    assert own.history_intact
    assert await house.ask(Dossier(committee=committee, member_id=mine.member_id), me) == own
    with pytest.raises(NotFound):
        await house.ask(Dossier(committee=committee, member_id=other.member_id), me)
    with pytest.raises(NotFound, match="没有委员档案"):
        await house.ask(Dossier(committee=committee), person(Role.MEMBER, committee=committee))
    staff = office(committee)
    seen = await house.ask(Dossier(committee=committee, member_id=other.member_id), staff)
    assert isinstance(seen, DossierAnswer)
    assert seen.party is not None
    async with database(house.stack, committee, kind="worker") as tx:
        noted = await tx.raw.fetch("select actor, subject, fields, purpose from disclosure order by id")
    assert [(row["actor"], row["subject"]) for row in noted] == [
        (me.id, mine.person_id),
        (me.id, mine.person_id),
        (staff.id, other.person_id),
    ]
    assert {tuple(row["fields"]) for row in noted} == {("party",)}


async def test_fifteen_passes_and_fourteen_suggests_and_only_people_decide(house: House) -> None:
    committee = "341110"
    await adopt(house, committee)
    passes, below, idle = await some_members(house, committee, 3)
    await record(house, committee, passes, DutyKind.ACTIVITY, 3)
    await record(house, committee, below, DutyKind.ACTIVITY, 2)
    await record(house, committee, below, DutyKind.VOLUNTEERING, 2)
    closed = await close_year(house, committee)
    assert closed.passed == 1
    assert {(one.member_id, one.points, one.outcome) for one in closed.below} == {
        (below.member_id, "14", YearEndOutcome.SUGGEST_RESIGNATION),
        (idle.member_id, "0", YearEndOutcome.SUGGEST_RESIGNATION),
    }
    assert await close_year(house, committee) == closed
    standings = {row.member_id: row.standing for row in (await roster_page(house, committee)).members}
    assert set(standings.values()) == {MemberStanding.SERVING}, "a suggestion removes nobody"

    async def opened() -> bool:
        return len(await stated(house.stack, TASK_OPENED["members"], committee)) == 2

    await until_async(opened, "a task for each suggestion")
    suggested = await stated(house.stack, ExitSuggested, committee)
    assert {(one["points"], one["floor"]) for one in suggested} == {("14", "15"), ("0", "15")}
    tasks = await stated(house.stack, TASK_OPENED["members"], committee)
    assert {task["assignee_role"] for task in tasks} == {"members_office"}
    assert not any(member.name in task["title"] for task in tasks for member in (below, idle))

    await _decide(house, committee, below, ExitDecision.KEEP)
    await _decide(house, committee, idle, ExitDecision.RESIGN)
    with pytest.raises(WrongState, match="已经作出决定"):
        await _decide(house, committee, below, ExitDecision.RESIGN)
    with pytest.raises(WrongState, match="没有对这名委员"):
        await _decide(house, committee, passes, ExitDecision.RESIGN)

    async def all_closed() -> bool:
        return len(await stated(house.stack, TASK_CLOSED["members"], committee)) == 2

    await until_async(all_closed, "both tasks closed")
    assert len(await stated(house.stack, ExitDecided, committee)) == 2
    (change,) = await stated(house.stack, MemberChanged, committee)
    assert (change["member_id"], change["standing"]) == (str(idle.member_id), "resigned")
    again = await import_roster(house, committee, as_xlsx(roster_rows(committee, 3)))
    assert counts(again) == (0, 0, 2, 1)
    assert "已不在任" in (await report(house, committee, again.report_id)).rows[0].problem


async def _decide(house: House, committee: str, member: MemberRow, decision: ExitDecision) -> None:
    command = DecideExit(
        committee=committee,
        member_id=member.member_id,
        year=LAST_YEAR,
        decision=decision,
        reason="经主席会议研究",
    )
    await house.ask(command, office(committee))


async def test_one_group_is_closed_before_the_rest(house: House) -> None:
    committee = "341111"
    await adopt(house, committee)
    members = await some_members(house, committee, 13)
    group = members[0].liaison_group
    first = await close_year(house, committee, liaison_group=group)
    assert len(first.below) == sum(member.liaison_group == group for member in members)
    whole = await close_year(house, committee)
    assert len(whole.below) == 13

    async def suggested_once() -> bool:
        return len(await stated(house.stack, ExitSuggested, committee)) >= 13

    await until_async(suggested_once, "each member suggested once")
    assert len(await stated(house.stack, ExitSuggested, committee)) == 13
    with pytest.raises(Invalid) as unknown:
        await close_year(house, committee, liaison_group="没有这个组")
    assert [error.field for error in unknown.value.errors] == ["liaison_group"]


async def test_a_year_is_closed_under_a_scheme_and_after_its_last_day(house: House) -> None:
    committee = "341112"
    await some_members(house, committee, 1)
    with pytest.raises(WrongState, match="积分办法"):
        await close_year(house, committee)
    await adopt(house, committee)
    with pytest.raises(WrongState, match="才结束"):
        await close_year(house, committee, year=LAST_YEAR + 1)
