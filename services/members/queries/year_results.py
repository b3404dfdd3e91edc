"""What is written down of a duty year: one member's result, and how far the committee's year is closed.

Always holds: nothing is reckoned here; it is what the closing wrote, with what corrections and decisions made of it since.
"""

from uuid import UUID

from sqlalchemy import func, select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from services.members.rankings import Ranking
from services.members.rules.scheme import points_text
from tongxin_contracts.members.points import YearClosing
from tongxin_contracts.members.queries import YearResult
from tongxin_contracts.words import ExitDecision, YearEndOutcome


async def year_result(work: Work, member_id: UUID, year: int) -> YearResult | None:
    """How this member's year ended; None while it is not closed."""
    result = tables.year_result.c
    row = (
        await work.tx.sql.execute(
            select(tables.year_result).where(result.member_id == member_id, result.year == year)
        )
    ).one_or_none()
    if row is None:
        return None
    return YearResult(
        outcome=YearEndOutcome.of(row.outcome),
        points=points_text(row.points),
        text=row.explanation,
        decided_by=row.decided_by,
        decision=ExitDecision.of(row.decision) if row.decision else None,
        reason=row.decision_reason,
        decided_at=row.decided_at,
    )


async def year_closing(work: Work, found: Ranking) -> YearClosing | None:
    """How far the ranking's year is closed; one statement."""
    if found.scheme is None:
        return None
    result, closed = tables.year_result.c, tables.duty_year.c
    passes = result.outcome == YearEndOutcome.PASSES
    serving = result.member_id.in_(list(found.standings))
    last = (
        select(func.max(closed.closed_at))
        .where(closed.committee == work.committee, closed.year == found.year)
        .scalar_subquery()
    )
    row = (
        await work.tx.sql.execute(
            select(
                func.count().filter(passes).label("passed"),
                func.count().filter(~passes).label("below"),
                func.count().filter(serving).label("written"),
                last.label("closed_at"),
            ).where(result.committee == work.committee, result.year == found.year)
        )
    ).one()
    return YearClosing(
        passed=row.passed,
        below=row.below,
        open=len(found.standings) - row.written,
        over=local_date(work.now) > found.scheme.window(found.year)[1],
        closed_at=row.closed_at,
    )
