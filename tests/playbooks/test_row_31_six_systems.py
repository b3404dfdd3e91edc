"""Row 31, 明光市: the six systems (六制) with the row's own numbers, by data.

2+2 venues with 五有; teams of 6+N; 三进 with 48 issues of 32 enterprises; 四单闭环 (`test_row_31_mingguang.py` goes through it);
two nets: 17 officers for 17 townships, 13 communities by sector, committee and leader; 三纳入 of the conveners' year.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from chassis.calendar import local_date
from chassis.clock import SystemClock
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, WrongState
from tests.consultation_at_work import office, seen
from tests.house import House, person
from tests.members_at_work import adopt as adopt_scheme
from tests.members_at_work import office as members_office
from tests.members_at_work import some_members
from tests.waiting import until_async
from tongxin_contracts.consultation.processes import CompleteStep, ConcludeProcess, StartProcess
from tongxin_contracts.consultation.teams import (
    ProcessStatistics,
    ProcessStatisticsAnswer,
    SetTeam,
    TeamMember,
)
from tongxin_contracts.consultation.templates import AdoptTemplate
from tongxin_contracts.members.coverage import (
    ConvenerAssessment,
    ConvenerAssessmentAnswer,
    IncludeAssessment,
    Link,
    LinkCoverage,
    LinkCoverageAnswer,
    LinkRule,
    Party,
    PlaceCoverage,
    SetLinkRules,
    SetLinks,
    SetVenues,
    Venue,
)
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import (
    Entry,
    Fixture,
    InclusionPurpose,
    PartyKind,
    ProcessOutcome,
    StepOutcome,
    TeamPart,
    VenueKind,
)

pytestmark = pytest.mark.playbook("31")

CITY: Final = "351183"
AT_ONCE: Final = 8
TOWNSHIPS: Final = [f"第{n}乡镇" for n in range(1, 18)]
COMMUNITIES: Final = [f"第{n}社区" for n in range(1, 14)]
OFFICERS: Final = [f"机关干部{n}" for n in range(1, 18)]
CONVENERS: Final = [f"召集人{n}" for n in range(1, 18)]
SECTORS: Final = [f"第{n}界别" for n in range(1, 16)]
COMMITTEES: Final = [f"第{n}专委会" for n in range(1, 8)]
LEADERS: Final = [f"班子成员{n}" for n in range(1, 8)]
K = PartyKind
RULES: Final = [
    LinkRule(code="one_to_one", name="一对一联系指导", from_kind=K.OFFICER, to_kind=K.TOWNSHIP),
    LinkRule(code="convening", name="乡镇召集人", from_kind=K.CONVENER, to_kind=K.TOWNSHIP),
    LinkRule(code="sector", name="界别联系社区", from_kind=K.SECTOR, to_kind=K.COMMUNITY),
    LinkRule(
        code="committee",
        name="专委会联系指导",
        from_kind=K.SPECIAL_COMMITTEE,
        to_kind=K.COMMUNITY,
        per_from=2,
    ),
    LinkRule(code="leader", name="班子成员联系专委会", from_kind=K.LEADER, to_kind=K.SPECIAL_COMMITTEE),
]
LINKS: Final = {
    "one_to_one": list(zip(OFFICERS, TOWNSHIPS, strict=True)),
    "convening": list(zip(CONVENERS, TOWNSHIPS, strict=True)),
    "sector": list(zip(SECTORS, COMMUNITIES, strict=False)),
    "committee": [(COMMITTEES[n // 2], community) for n, community in enumerate(COMMUNITIES)],
    "leader": list(zip(LEADERS, COMMITTEES, strict=True)),
}
FACE_TO_FACE: Final[dict[str, Any]] = {
    "code": "face_to_face",
    "name": "面对面微协商",
    "steps": [
        {
            "code": "meet",
            "name": "协商解单",
            "who": "committee_office",
            "kind": "meeting",
            "needs": [{"kind": "team", "fixed": 6, "invited": 2}],
            "next": [{"outcome": "consensus", "to": "end"}, {"outcome": "no_consensus", "to": "end"}],
        }
    ],
}
OUTCOMES: Final = {
    StepOutcome.CONSENSUS: ProcessOutcome.CASE,
    StepOutcome.NO_CONSENSUS: ProcessOutcome.MINUTES,
}
GUESTS: Final = [
    TeamMember(part=TeamPart.TOWN, name="邻镇委员"),
    TeamMember(part=TeamPart.PROFESSION, name="公职律师"),
]


def the_parties(convener: UUID | None) -> list[Party]:
    kinds = {
        K.OFFICER: OFFICERS,
        K.TOWNSHIP: TOWNSHIPS,
        K.CONVENER: CONVENERS,
        K.COMMUNITY: COMMUNITIES,
        K.SECTOR: SECTORS,
        K.SPECIAL_COMMITTEE: COMMITTEES,
        K.LEADER: LEADERS,
    }
    return [
        Party(kind=kind, name=name, person_id=convener if name == CONVENERS[0] else None)
        for kind, names in kinds.items()
        for name in names
    ]


def set_links(rule: str, pairs: Sequence[tuple[str, str]], **more: Any) -> SetLinks:
    links = [Link(giver=giver, taker=taker) for giver, taker in pairs]
    return SetLinks(committee=CITY, rule=rule, links=links, **more)


async def coverage(house: House, **more: Any) -> LinkCoverageAnswer:
    query = LinkCoverage(committee=CITY, **more)
    return await house.ask_for(LinkCoverageAnswer, query, members_office(CITY))


async def assessment(house: House) -> ConvenerAssessmentAnswer:
    query = ConvenerAssessment(committee=CITY)
    return await house.ask_for(ConvenerAssessmentAnswer, query, members_office(CITY))


def said(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error.message for error in refused.value.errors]


@pytest.fixture(scope="module")
async def members(house: House) -> Sequence[MemberRow]:
    """Members with a scheme, the first one of them a convener, and the grid's parties and rules."""
    await adopt_scheme(house, CITY)
    found = await some_members(house, CITY, 8)
    command = SetLinkRules(committee=CITY, parties=the_parties(found[0].person_id), rules=RULES)
    await house.ask(command, members_office(CITY))
    return found


@pytest.fixture(scope="module")
async def grid(house: House, members: Sequence[MemberRow]) -> Sequence[MemberRow]:
    """Both nets, whole."""
    for rule, pairs in LINKS.items():
        await house.ask(set_links(rule, pairs), members_office(CITY))
    return members


async def test_whoever_has_too_many_or_nobody_is_named(house: House, members: Sequence[MemberRow]) -> None:
    staff = members_office(CITY)
    crowded = [*LINKS["committee"][:12], (COMMITTEES[0], COMMUNITIES[12])]
    with pytest.raises(Invalid) as refused:
        await house.ask(set_links("committee", crowded), staff)
    assert said(refused) == ["专委会“第1专委会”联系了 3 个社区，最多 2 个。"]
    twice = [*LINKS["one_to_one"][:16], (OFFICERS[16], TOWNSHIPS[0])]
    with pytest.raises(Invalid) as refused:
        await house.ask(set_links("one_to_one", twice), staff)
    assert said(refused) == [
        "乡镇街道“第1乡镇”有 2 个机关干部联系，只能有 1 个。",
        "乡镇街道“第17乡镇”还没有机关干部联系，应有 1 个。",
    ]
    with pytest.raises(Invalid) as refused:
        await house.ask(set_links("leader", [("陌生人", COMMITTEES[0])]), staff)
    assert said(refused) == ["名单里没有班子成员“陌生人”，请先加入名单。"]
    with pytest.raises(Forbidden):
        await house.ask(set_links("leader", LINKS["leader"]), person(Role.MEMBER, committee=CITY))


async def test_two_nets_cover_17_townships_and_13_communities(
    house: House, grid: Sequence[MemberRow]
) -> None:
    now = await coverage(house)
    assert {line.rule.code: (line.covered, line.takers, line.held) for line in now.rules} == {
        "one_to_one": (17, 17, True),
        "convening": (17, 17, True),
        "sector": (13, 13, True),
        "committee": (13, 13, True),
        "leader": (7, 7, True),
    }
    idle = {line.rule.code: line.idle for line in now.rules if line.idle}
    assert idle == {"sector": SECTORS[13:]}, "who serves no community is named and breaks no ratio"
    assert [(one.kind, one.name, one.through) for one in place(now, COMMUNITIES[2]).covered_by] == [
        (K.SECTOR, "第3界别", ""),
        (K.SPECIAL_COMMITTEE, "第2专委会", ""),
        (K.LEADER, "班子成员2", "第2专委会"),
    ]
    assert [one.name for one in place(now, TOWNSHIPS[4]).covered_by] == ["机关干部5", "召集人5"]


async def test_a_change_holds_from_its_day_on_and_a_gap_shows(
    house: House, grid: Sequence[MemberRow]
) -> None:
    staff, today = members_office(CITY), local_date(SystemClock().now())
    tomorrow = today + timedelta(days=1)
    left = [pair for pair in LINKS["leader"] if pair[0] != LEADERS[6]]
    await house.ask(set_links("leader", left, begins_on=tomorrow, partial=True), staff)
    before, after = await coverage(house), await coverage(house, on=tomorrow)
    assert [line.held for line in before.rules if line.rule.code == "leader"] == [True]
    later = next(line for line in after.rules if line.rule.code == "leader")
    assert not later.held
    assert [(gap.name, gap.has, gap.wanted) for gap in later.gaps] == [("第7专委会", 0, 1)]
    # A community is left without its leader too.
    assert [one.kind for one in place(after, COMMUNITIES[12]).covered_by] == [K.SECTOR, K.SPECIAL_COMMITTEE]
    await house.ask(set_links("leader", LINKS["leader"], begins_on=tomorrow), staff)
    # Taken off the list, an officer looks after nobody any more.
    fewer = [one for one in the_parties(grid[0].person_id) if one.name != OFFICERS[16]]
    await house.ask(SetLinkRules(committee=CITY, parties=fewer, rules=RULES), staff)
    now = await coverage(house)
    assert [gap.name for gap in now.rules[0].gaps] == ["第17乡镇"]
    await house.ask(SetLinkRules(committee=CITY, parties=the_parties(grid[0].person_id), rules=RULES), staff)
    await house.ask(set_links("one_to_one", LINKS["one_to_one"]), staff)
    assert all(line.held for line in (await coverage(house)).rules)


async def test_venues_two_and_two(house: House, grid: Sequence[MemberRow]) -> None:
    five = tuple(Fixture)
    venues = [
        Venue(place=town, kind=kind, name=f"{town}{kind.label}", has=five)
        for town in TOWNSHIPS
        for kind in (VenueKind.CONVENER_ROOM, VenueKind.ACTIVITY_ROOM)
    ]
    venues += [
        Venue(place=TOWNSHIPS[0], kind=VenueKind.LIAISON_ROOM, name="“五彩”委员联络室"),
        Venue(place=TOWNSHIPS[1], kind=VenueKind.MEMBER_STUDIO, name="农业产业联盟工作室"),
    ]
    await house.ask(SetVenues(committee=CITY, venues=venues), members_office(CITY))
    now = await coverage(house)
    assert [one.lacks for one in now.places if one.kind is K.TOWNSHIP] == [[]] * 17
    assert len(place(now, TOWNSHIPS[0]).venues) == 3
    assert place(now, COMMUNITIES[0]).lacks == ["没有召集人工作室", "没有委员活动室"]
    venues[0] = venues[0].model_copy(update={"has": (Fixture.RULES, Fixture.PLAN, Fixture.STAFF)})
    await house.ask(SetVenues(committee=CITY, venues=venues), members_office(CITY))
    lacks = place(await coverage(house), TOWNSHIPS[0]).lacks
    assert lacks == ["第1乡镇召集人工作室缺协商活动、档案台账"]


async def test_48_issues_of_32_enterprises_with_teams_of_6_and_n(
    house: House, grid: Sequence[MemberRow]
) -> None:
    staff, offices = office(CITY), members_office(CITY)
    before = {line.place: line.points for line in (await assessment(house)).lines}
    await house.ask(AdoptTemplate(committee=CITY, template=FACE_TO_FACE, source="试行工作制度"), staff)
    six = [TeamMember(part=TeamPart.FIXED, name=one.name, person_id=one.person_id) for one in grid[:6]]
    await too_few_may_not_meet(house, six)

    gate = asyncio.Semaphore(AT_ONCE)

    async def one_issue(n: int) -> None:
        async with gate:
            process_id = new_id()
            start = StartProcess(
                committee=CITY,
                process_id=process_id,
                template="face_to_face",
                title=f"第{n + 1}件企业诉求",
                entry=Entry.ENTERPRISE,
                party=f"第{n % 32 + 1}家企业",
                place=TOWNSHIPS[n % 17],
                venue=f"{TOWNSHIPS[n % 17]}召集人工作室",
                team=[*six, *GUESTS],
            )
            await house.ask(start, staff)
            await end(house, process_id, StepOutcome.NO_CONSENSUS if n in (15, 16) else StepOutcome.CONSENSUS)

    await asyncio.gather(*(one_issue(n) for n in range(48)))

    found = await house.ask_for(ProcessStatisticsAnswer, ProcessStatistics(committee=CITY), staff)
    enterprises = next(line for line in found.entries if line.entry is Entry.ENTERPRISE)
    assert (enterprises.matters, enterprises.parties) == (48, 32)
    assert (enterprises.concluded, enterprises.solved) == (48, 46)
    assert [(one.party, one.matters) for one in found.parties if one.matters == 2][:1] == [("第10家企业", 2)]
    assert sum(one.matters for one in found.parties if one.entry is Entry.ENTERPRISE) == 48

    async def all_counted() -> bool:
        return sum(line.concluded for line in (await assessment(house)).lines) == 48

    await until_async(all_counted, "the consultations count for their places")
    now = await assessment(house)
    assert [line.rank for line in now.lines] == [1] * 14 + [15] + [16] * 2
    lines = {line.place: line for line in now.lines}
    assert (lines[TOWNSHIPS[0]].concluded, lines[TOWNSHIPS[0]].solved) == (3, 3)
    assert lines[TOWNSHIPS[0]].guided_by == ["机关干部1"]
    assert lines[TOWNSHIPS[0]].took_part == 18, (
        "three times six; guests who are no persons here are not counted"
    )
    assert (lines[TOWNSHIPS[16]].concluded, lines[TOWNSHIPS[16]].solved) == (2, 1)
    assert float(lines[TOWNSHIPS[0]].points or 0) > float(before[TOWNSHIPS[0]] or 0), (
        "taking part is credited"
    )

    # 三纳入: each once, with the figures of the day
    assert now.missing == list(InclusionPurpose)
    for purpose in InclusionPurpose:
        command = IncludeAssessment(
            committee=CITY, year=now.year, purpose=purpose, document=f"{purpose.label}办法"
        )
        await house.ask(command, offices)
    done = await assessment(house)
    assert done.missing == []
    assert [(one.purpose, one.lines == now.lines) for one in done.included] == [
        (purpose, True) for purpose in InclusionPurpose
    ]
    with pytest.raises(WrongState):
        await house.ask(command, offices)


async def too_few_may_not_meet(house: House, six: Sequence[TeamMember]) -> None:
    """The guard of 6+N, and how the team is completed."""
    staff, process_id = office(CITY), new_id()
    start = StartProcess(
        committee=CITY,
        process_id=process_id,
        template="face_to_face",
        title="小区充电桩",
        entry=Entry.COMMUNITY,
        party="明湖小区住户",
        team=[*six[:5], *GUESTS],
    )
    await house.ask(start, staff)
    with pytest.raises(Invalid) as refused:
        await end(house, process_id, StepOutcome.CONSENSUS)
    assert said(refused) == [
        "参加协商的固定成员至少 6 人，现有 5 人；另外邀请至少 2 人，现有 2 人。请先补齐人员。"
    ]
    command = SetTeam(
        committee=CITY,
        process_id=process_id,
        expected_version=1,
        venue="“协商亭”",
        team=[*six, *six[:1]],
    )
    with pytest.raises(Invalid) as refused:
        await house.ask(command, staff)
    assert said(refused) == [f"“{six[0].name}”写了两次，请去掉一个。"]
    await house.ask(command.model_copy(update={"team": [*six, *GUESTS]}), staff)
    now = await seen(house, CITY, process_id)
    assert (now.venue, now.party, now.team) == ("“协商亭”", "明湖小区住户", [*six, *GUESTS])
    await end(house, process_id, StepOutcome.CONSENSUS, version=2)


async def end(house: House, process_id: UUID, outcome: StepOutcome, version: int = 1) -> None:
    """Hold the meeting and write down what it came to."""
    staff = office(CITY)
    complete = CompleteStep(
        committee=CITY, process_id=process_id, expected_version=version, step="meet", outcome=outcome
    )
    met = await house.ask_for(Done, complete, staff)
    conclude = ConcludeProcess(
        committee=CITY,
        process_id=process_id,
        expected_version=met.version,
        outcome=OUTCOMES[outcome],
        summary="当场商定。",
    )
    await house.ask(conclude, staff)


def place(found: LinkCoverageAnswer, name: str) -> PlaceCoverage:
    return next(one for one in found.places if one.name == name)
