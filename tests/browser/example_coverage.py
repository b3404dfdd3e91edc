"""Example pages of the liaison grid: who looks after whom, and what conveners' work came to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from services.portal.views import PageContext, View
from services.portal.views.coverage import ConvenersView, CoverageView
from tests.browser.examples import PEOPLE, THE_MEMBER, THE_OFFICER, ident, page
from tongxin_contracts.members.coverage import (
    ConvenerAssessmentAnswer,
    ConvenerLine,
    CoveredBy,
    Gap,
    Inclusion,
    LinkCoverageAnswer,
    LinkRow,
    LinkRule,
    Party,
    PlaceCoverage,
    RuleCoverage,
    Venue,
)
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import Fixture, InclusionPurpose, PartyKind, VenueKind

TOWNSHIPS = ["城关镇", "三堤口街道", "菜子湖镇", "石门湖乡"]
CONVENERS, OFFICERS = PEOPLE[:4], PEOPLE[4:]
BEGAN = date(2026, 3, 1)
LIAISON = replace(
    THE_OFFICER,
    permissions=THE_OFFICER.permissions
    | {
        "members.link_coverage", "members.set_links", "members.set_link_rules", "members.set_venues",
        "members.convener_assessment", "members.include_assessment",
    },
)  # fmt: skip
MEMBER = replace(THE_MEMBER, permissions=THE_MEMBER.permissions | {"members.link_coverage"})

GUIDE = LinkRule(code="guide", name="一对一联系指导", from_kind=PartyKind.OFFICER, to_kind=PartyKind.CONVENER)
CONVENE = LinkRule(
    code="convene", name="召集人包乡镇", from_kind=PartyKind.CONVENER, to_kind=PartyKind.TOWNSHIP
)


def _linked(giver: str, taker: str) -> LinkRow:
    return LinkRow(giver=giver, giver_person=ident("person", giver), taker=taker, begins_on=BEGAN)


def _rule(
    rule: LinkRule, pairs: list[tuple[str, str]], takers: int, **more: list[Gap] | list[str]
) -> RuleCoverage:
    said = {"gaps": [], "surplus": [], "idle": []} | more
    return RuleCoverage(
        rule=rule,
        held=not said["gaps"],
        covered=len(pairs),
        takers=takers,
        links=[_linked(*pair) for pair in pairs],
        **said,
    )


def _place(index: int) -> PlaceCoverage:
    township, venues = TOWNSHIPS[index], []
    if index < 3:
        room = Venue(
            place=township, kind=VenueKind.CONVENER_ROOM, name=f"{township}召集人工作室", has=tuple(Fixture)
        )
        activity = Venue(
            place=township, kind=VenueKind.ACTIVITY_ROOM, name=f"{township}委员活动室", has=tuple(Fixture)[:3]
        )
        venues = [room, activity]
    stands = [
        CoveredBy(rule="convene", kind=PartyKind.CONVENER, name=CONVENERS[index], through=""),
        CoveredBy(rule="guide", kind=PartyKind.OFFICER, name=OFFICERS[index], through=CONVENERS[index]),
    ]
    return PlaceCoverage(
        kind=PartyKind.TOWNSHIP,
        name=township,
        covered_by=stands if index < 3 else [],
        venues=venues,
        lacks=["委员活动室没有工作人员、档案台账"] if venues else ["召集人工作室", "委员活动室"],
    )


GRID = LinkCoverageAnswer(
    version=7,
    on=date(2026, 11, 20),
    parties=[
        *(Party(kind=PartyKind.OFFICER, name=name, person_id=ident("person", name)) for name in OFFICERS),
        *(Party(kind=PartyKind.CONVENER, name=name, person_id=ident("person", name)) for name in CONVENERS),
        *(Party(kind=PartyKind.TOWNSHIP, name=name) for name in TOWNSHIPS),
    ],
    rules=[
        _rule(GUIDE, list(zip(OFFICERS, CONVENERS, strict=True)), 4),
        _rule(
            CONVENE,
            list(zip(CONVENERS[:3], TOWNSHIPS[:3], strict=True)),
            4,
            gaps=[Gap(name=TOWNSHIPS[3], has=0, wanted=1)],
            idle=[CONVENERS[3]],
        ),
    ],
    places=[_place(index) for index in range(4)],
)
NONE = LinkCoverageAnswer(version=0, on=date(2026, 11, 20), parties=[], rules=[], places=[])
LINES = [
    ConvenerLine(
        rank=rank,
        name=name,
        person_id=ident("person", name),
        place=TOWNSHIPS[rank - 1],
        guided_by=[OFFICERS[rank - 1]],
        concluded=9 - 2 * rank,
        solved=7 - 2 * rank if rank < 4 else 0,
        took_part=64 - 15 * rank,
        points=("86.5", "74", "71", None)[rank - 1],
    )
    for rank, name in enumerate(CONVENERS, 1)
]
ASSESSED = ConvenerAssessmentAnswer(
    year=2026,
    lines=LINES,
    included=[
        Inclusion(
            purpose=InclusionPurpose(next(iter(InclusionPurpose))),
            document="安协办〔2026〕31号",
            on=date(2026, 11, 2),
            lines=LINES,
        )
    ],
    missing=list(InclusionPurpose)[1:],
)
UNEVEN = Problem(
    type="tag:tongxin,2026:problem/refused",
    title="联系安排没有保存",
    status=422,
    detail="石门湖乡还没有人联系。先保存一部分请勾选「还没有配齐」。",
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
)


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """(file name, frame, page) of each."""
    frame = page("/coverage", LIAISON)
    yield "coverage", frame, CoverageView(coverage=GRID)
    yield "coverage_refused", frame, CoverageView(coverage=GRID, problem=UNEVEN, opened="links-convene")
    yield "coverage_none", frame, CoverageView(coverage=NONE)
    yield "coverage_member", page("/coverage", MEMBER), CoverageView(coverage=GRID)
    frame = page("/coverage/conveners", LIAISON)
    yield "conveners", frame, ConvenersView(assessment=ASSESSED)
    nobody = ConvenerAssessmentAnswer(year=2026, lines=[], included=[], missing=list(InclusionPurpose))
    yield "conveners_none", frame, ConvenersView(assessment=nobody)
