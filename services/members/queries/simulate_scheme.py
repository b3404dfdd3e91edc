"""What another scheme would have made of a year: both are reckoned from the same evidence, nothing is written."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from chassis.calendar import local_date
from chassis.problems import WrongState
from chassis.work import Work
from services.members.commands.adopt_scheme import read_scheme
from services.members.ledgers import current_year, scheme_for
from services.members.rankings import serving_members, totals_of
from services.members.rules.points import Ledger, year_end
from services.members.rules.ranking import ranked
from services.members.rules.scheme import Scheme, points_text
from tongxin_contracts.members.points import MovedMember, SimulateScheme, SimulationAnswer
from tongxin_contracts.words import YearEndOutcome

SHOWN_MAX = 100


async def simulate_scheme(query: SimulateScheme, work: Work) -> SimulationAnswer:
    """Who would move; raises Invalid for what is no scheme, WrongState where there is nothing to compare with."""
    tried = read_scheme(query.scheme)
    adopted = await scheme_for(work, query.year)
    if adopted is None:
        raise WrongState("本级政协还没有采用履职积分办法，没有可以比较的结果")
    year = query.year or current_year(adopted.scheme, local_date(work.now)) - 1
    members = await serving_members(work)
    before = await _year_of(work, adopted.scheme, year, members)
    after = await _year_of(work, tried, year, members)
    moved = [
        _moved(members[member], before[member], after[member])
        for member in members
        if before[member] != after[member]
    ]
    moved.sort(key=lambda one: (-abs(one.rank_after - one.rank_before), one.rank_after, one.member_id))
    return SimulationAnswer(
        year=year,
        rule_version=adopted.scheme.rule_version,
        simulated=tried.rule_version,
        moved=moved[:SHOWN_MAX],
        moved_count=len(moved),
        unmoved=len(members) - len(moved),
        below_before=sum(end is not YearEndOutcome.PASSES for _, _, end in before.values()),
        below_after=sum(end is not YearEndOutcome.PASSES for _, _, end in after.values()),
    )


Year = tuple[Decimal, int, YearEndOutcome]
"""Total, place, outcome."""


async def _year_of(work: Work, scheme: Scheme, year: int, members: dict[UUID, Any]) -> dict[UUID, Year]:
    totals = await totals_of(work, scheme, year, members)
    return {
        member: (standing.total, standing.rank, _outcome(scheme, year, standing.total))
        for member, standing in ranked(scheme, totals).items()
    }


def _outcome(scheme: Scheme, year: int, total: Decimal) -> YearEndOutcome:
    """By this year alone: what earlier years were under a scheme that was not in force says nothing."""
    return year_end(scheme, Ledger(scheme.rule_version, year, (), (), total, None)).outcome


def _moved(row: Any, before: Year, after: Year) -> MovedMember:
    return MovedMember(
        member_id=row.id,
        name=row.name,
        liaison_group=row.liaison_group,
        before=points_text(before[0]),
        after=points_text(after[0]),
        rank_before=before[1],
        rank_after=after[1],
        outcome_before=before[2],
        outcome_after=after[2],
    )
