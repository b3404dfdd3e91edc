"""Who stands where, and what follows from it for awards and allowances."""

from typing import Any
from uuid import UUID

from chassis.work import Work
from services.members.queries.cursors import read_cursor, write_cursor
from services.members.queries.year_results import year_closing
from services.members.rankings import Ranking, ranking
from services.members.rules.ranking import Standing
from services.members.rules.scheme import points_text
from tongxin_contracts.members.points import DutyRanking, RankedMember, RankingAnswer


async def duty_ranking(query: DutyRanking, work: Work) -> RankingAnswer:
    """A page of the ranking; one group's members keep their place among all."""
    found = await ranking(work, query.year)
    lines = ranked_lines(found, query.liaison_group)
    start = _start(query, lines)
    shown = lines[start : start + query.limit]
    more = start + query.limit < len(lines)
    floor = found.scheme.floor if found.scheme else None
    return RankingAnswer(
        year=found.year,
        scheme=found.scheme.name if found.scheme else None,
        rule_version=found.scheme.rule_version if found.scheme else None,
        floor=None if floor is None else points_text(floor),
        members=shown,
        next=write_cursor(shown[-1].name, shown[-1].member_id) if more else None,
        serving=len(found.standings),
        reached=None if floor is None else sum(one.total >= floor for one in found.standings.values()),
        groups=sorted({row.liaison_group for row in found.members.values() if row.liaison_group}),
        closing=await year_closing(work, found),
    )


def ranked_lines(found: Ranking, liaison_group: str | None) -> list[RankedMember]:
    """Everybody, or one group's members, the first place first."""
    return [
        _line(found.members[member], standing)
        for member, standing in found.standings.items()
        if liaison_group is None or found.members[member].liaison_group == liaison_group
    ]


def _start(query: DutyRanking, lines: list[RankedMember]) -> int:
    if query.after is None:
        return 0
    last: UUID = read_cursor(query.after)[1]
    # Somebody who left the ranking between two pages: begin again rather than leave anybody out.
    return next((place for place, line in enumerate(lines, 1) if line.member_id == last), 0)


def _line(row: Any, standing: Standing) -> RankedMember:
    return RankedMember(
        rank=standing.rank,
        member_id=row.id,
        person_id=row.person_id,
        name=row.name,
        liaison_group=row.liaison_group,
        points=points_text(standing.total),
        missing=None if standing.missing is None else points_text(standing.missing),
        grade=standing.grade,
        awards=list(standing.awards),
        allowance=standing.allowance,
    )
