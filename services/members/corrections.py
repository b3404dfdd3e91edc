"""What follows when evidence changes after a year was reckoned: a suggestion holds no longer, or only now.

Always holds: a decision that people took already is never touched; a year that was written down keeps its line, with
the points and the outcome as the evidence now says and the scheme it was reckoned by.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from chassis.work import Aggregate, Work
from services.members import tables
from services.members.exits import suggest_exits, withdraw_suggestion
from services.members.ledgers import Adopted, adopted_schemes, ledgers
from services.members.rules.points import YearEnd, year_end
from tongxin_contracts.words import TaskKind, YearEndOutcome

_SUGGESTED = YearEndOutcome.SUGGEST_RESIGNATION


async def reckon_again(member: Aggregate, days: tuple[date, ...], work: Work) -> None:
    """Bring the closed years that these days lie in, and those that look back on them, to what the evidence says."""
    results = await _results(work, member)
    if not results:
        return
    schemes = {one.scheme.rule_version: one for one in await adopted_schemes(work)}
    totals = {year: result.points for year, result in results.items()}
    open_years = {year for year, result in results.items() if _is_open(result)}
    had_open, touched = bool(open_years), False
    for year, result in sorted(results.items()):
        adopted = schemes[result.rule_version]
        first, last = adopted.scheme.window(year)
        touched = touched or any(first <= day <= last for day in days)
        if not touched or result.decision is not None:
            continue
        end = await _end(work, member, adopted, year, totals)
        totals[year] = end.total
        await _write(work, result, end)
        if _is_open(result) and end.outcome is not _SUGGESTED:
            open_years.discard(year)
            withdraw_suggestion(member, end, year)
        elif end.outcome is _SUGGESTED and not _is_open(result):
            open_years.add(year)
            await suggest_exits(work, year, [(member, end)])
    if had_open and not open_years:
        await work.close_tasks(member.id, kinds=(TaskKind.DECIDE_EXIT,))


async def _results(work: Work, member: Aggregate) -> dict[int, Any]:
    """The member's years that were written down; a membership has a handful."""
    rows = await work.tx.sql.execute(
        select(tables.year_result).where(tables.year_result.c.member_id == member.id)
    )
    return {row.year: row for row in rows}


def _is_open(result: Any) -> bool:
    return result.outcome == _SUGGESTED and result.decision is None


async def _end(
    work: Work, member: Aggregate, adopted: Adopted, year: int, totals: Mapping[int, Decimal]
) -> YearEnd:
    ledger, _ = (await ledgers(work, adopted.scheme, year, [member.id]))[member.id]
    earlier: list[Decimal] = []
    while (before := totals.get(year - 1 - len(earlier))) is not None:
        earlier.append(before)
    return year_end(adopted.scheme, ledger, earlier)


async def _write(work: Work, result: Any, end: YearEnd) -> None:
    await work.tx.sql.execute(
        update(tables.year_result)
        .where(tables.year_result.c.member_id == result.member_id, tables.year_result.c.year == result.year)
        .values(
            points=end.total,
            outcome=end.outcome,
            floor=end.below,
            explanation=end.text,
            decided_by=end.decided_by,
        )
    )
