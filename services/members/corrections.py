"""What follows when evidence changes after a year was reckoned: a suggestion holds no longer, or only now.

Always holds: a decision that people took already is never touched; a year that was written down keeps its line, with
the points and the outcome as the evidence now says and the scheme it was reckoned by. The statements grow with the
closed years that are touched and not with the members.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from chassis.work import Aggregate, Work
from services.members import tables
from services.members.exits import suggest_exits, withdraw_suggestion
from services.members.ledgers import Adopted, adopted_schemes, ledgers
from services.members.rules.points import YearEnd, year_end
from tongxin_contracts.words import TaskKind, YearEndOutcome

_SUGGESTED = YearEndOutcome.SUGGEST_RESIGNATION
_YEARS = "select * from year_result where member_id = any($1)"


@dataclass(slots=True)
class _Past:
    """A member's years that were written down."""

    member: Aggregate
    results: dict[int, Any] = field(default_factory=dict)
    totals: dict[int, Decimal] = field(default_factory=dict)

    def open_years(self) -> set[int]:
        return {year for year, result in self.results.items() if _is_open(result)}

    def touched(self, days: Sequence[date], schemes: Mapping[str, Adopted]) -> list[int]:
        """The undecided years that a day lies in, and those after it, which may look back on it."""
        years = sorted(self.results)
        first = next((year for year in years if _lies_in(year, days, schemes, self.results[year])), None)
        return [
            year
            for year in years
            if first is not None and year >= first and not self.results[year]["decision"]
        ]


async def reckon_again(members: Sequence[Aggregate], days: Sequence[date], work: Work) -> None:
    """Bring the closed years that these days touch to what the evidence says now."""
    pasts = await _pasts(work, members)
    if not pasts:
        return
    await work.write_later_now()  # the evidence that is new is reckoned with
    schemes = {one.scheme.rule_version: one for one in await adopted_schemes(work)}
    todo: dict[tuple[int, str], list[_Past]] = defaultdict(list)
    had_open = {past.member.id for past in pasts if past.open_years()}
    for past in pasts:
        for year in past.touched(days, schemes):
            todo[year, past.results[year]["rule_version"]].append(past)
    still_open = {past.member.id: past.open_years() for past in pasts}
    ends: list[tuple[UUID, int, YearEnd]] = []
    for (year, rule_version), affected in sorted(todo.items(), key=lambda item: item[0]):
        scheme = schemes[rule_version].scheme
        found = await ledgers(work, scheme, year, [past.member.id for past in affected])
        below = []
        for past in affected:
            end = year_end(scheme, found[past.member.id][0], _earlier(past, year))
            past.totals[year] = end.total
            ends.append((past.member.id, year, end))
            was_open, suggested = _is_open(past.results[year]), end.outcome is _SUGGESTED
            if was_open and not suggested:
                still_open[past.member.id].discard(year)
                withdraw_suggestion(past.member, end, year)
            elif suggested and not was_open:
                still_open[past.member.id].add(year)
                below.append((past.member, end))
        await suggest_exits(work, year, below)
    await _write(work, ends)
    # One statement for each member whose last suggestion fell: there are as many as were suggested and no more.
    for member in sorted(had_open):
        if not still_open[member]:
            await work.close_tasks(member, kinds=(TaskKind.DECIDE_EXIT,))


async def _pasts(work: Work, members: Sequence[Aggregate]) -> list[_Past]:
    """Those of the members who have closed years, with these years; one statement."""
    by_id = {member.id: _Past(member) for member in members}
    for row in await work.tx.raw.fetch(_YEARS, list(by_id)):
        past = by_id[row["member_id"]]
        past.results[row["year"]] = row
        past.totals[row["year"]] = row["points"]
    return [past for past in by_id.values() if past.results]


def _lies_in(year: int, days: Sequence[date], schemes: Mapping[str, Adopted], result: Any) -> bool:
    first, last = schemes[result["rule_version"]].scheme.window(year)
    return any(first <= day <= last for day in days)


def _is_open(result: Any) -> bool:
    return result["outcome"] == _SUGGESTED and result["decision"] is None


def _earlier(past: _Past, year: int) -> list[Decimal]:
    earlier: list[Decimal] = []
    while (before := past.totals.get(year - 1 - len(earlier))) is not None:
        earlier.append(before)
    return earlier


async def _write(work: Work, ends: Sequence[tuple[UUID, int, YearEnd]]) -> None:
    if not ends:
        return
    result = tables.year_result.c
    columns = ("points", "outcome", "floor", "explanation", "decided_by")
    statement = (
        update(tables.year_result)
        .where(result.member_id == bindparam("of_member"), result.year == bindparam("of_year"))
        .values({column: bindparam(f"new_{column}") for column in columns})
    )
    await work.tx.sql.execute(
        statement,
        [
            {
                "of_member": member,
                "of_year": year,
                "new_points": end.total,
                "new_outcome": end.outcome,
                "new_floor": end.below,
                "new_explanation": end.text,
                "new_decided_by": end.decided_by,
            }
            for member, year, end in ends
        ],
    )
