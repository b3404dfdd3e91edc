"""A year of consultations in numbers: what was brought by whom, taken where, and solved.

Always holds: three statements whatever the number; a total is counted and not added up, since one enterprise may bring
matters of several kinds.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, and_, case, func, select

from chassis.calendar import LOCAL, local_date
from chassis.work import Work
from services.consultation import tables
from services.consultation.queries.processes import is_mine
from tongxin_contracts.consultation.teams import (
    EntryCount,
    MattersCount,
    PartyCount,
    ProcessStatistics,
    ProcessStatisticsAnswer,
)
from tongxin_contracts.permissions import Scope
from tongxin_contracts.words import Entry, StepOutcome

PARTIES_MAX: Final = 100
_process = tables.process.c
_SOLVED = and_(
    _process.concluded_at.is_not(None),
    _process.consensus.is_not(False),
    func.coalesce(_process.rating, "") != StepOutcome.DISSATISFIED.value,
)
_COUNTS = (
    func.count().label("matters"),
    func.count(_process.concluded_at).label("concluded"),
    func.count(case((_SOLVED, 1))).label("solved"),
)
_PARTIES = func.count(func.nullif(_process.party, "").distinct()).label("parties")


async def process_statistics(query: ProcessStatistics, work: Work) -> ProcessStatisticsAnswer:
    """Count them; somebody who sees only their own counts only those."""
    year = query.year or local_date(work.now).year
    seen = (
        (_process.committee == query.committee)
        & (_process.started_at >= datetime(year, 1, 1, tzinfo=LOCAL))
        & (_process.started_at < datetime(year + 1, 1, 1, tzinfo=LOCAL))
    )
    if work.scope is Scope.OWN:
        seen &= is_mine(work.actor.person)
    total = (await _rows(select(*_COUNTS, _PARTIES).where(seen), work))[0]
    entries = await _rows(
        select(_process.entry, *_COUNTS, _PARTIES).where(seen).group_by(_process.entry), work
    )
    parties = await _rows(
        select(_process.party, _process.entry, *_COUNTS)
        .where(seen, _process.party != "")
        .group_by(_process.party, _process.entry)
        .order_by(func.count().desc(), _process.party, _process.entry)
        .limit(PARTIES_MAX),
        work,
    )
    order: dict[str | None, int] = {entry.value: place for place, entry in enumerate(Entry)}
    return ProcessStatisticsAnswer(
        year=year,
        total=MattersCount(**total),
        entries=[
            EntryCount(**row | {"entry": _entry(row["entry"])})
            for row in sorted(entries, key=lambda row: order.get(row["entry"], len(order)))
        ],
        parties=[PartyCount(**row | {"entry": _entry(row["entry"])}) for row in parties],
    )


async def _rows(statement: Executable, work: Work) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in await work.tx.sql.execute(statement)]


def _entry(value: str | None) -> Entry | None:
    return Entry.of(value) if value else None
