"""What a year's days of duty came to, reckoned from the records each time it is asked."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from services.members.rules.duty_days import DayRecord, summed
from tongxin_contracts.members.duty_days import DutyStatistics, DutyStatisticsAnswer, FormStatistics
from tongxin_contracts.words import DutyDayForm, DutyDayState, MatterOutcome


async def duty_statistics(query: DutyStatistics, work: Work) -> DutyStatisticsAnswer:
    """One line for each form that has days; two statements."""
    year = query.year or local_date(work.now).year
    day, matter = tables.duty_day.c, tables.heard_matter.c
    in_year = (day.committee == query.committee) & day.on_day.between(date(year, 1, 1), date(year, 12, 31))
    rows = (
        await work.tx.sql.execute(select(tables.duty_day).where(in_year, day.state != DutyDayState.CANCELLED))
    ).all()
    outcomes: dict[UUID, list[MatterOutcome]] = defaultdict(list)
    for row in await work.tx.sql.execute(
        select(matter.day_id, matter.outcome).join(tables.duty_day, day.id == matter.day_id).where(in_year)
    ):
        outcomes[row.day_id].append(MatterOutcome.of(row.outcome))
    forms = [form for form in DutyDayForm if any(row.form == form for row in rows)]
    return DutyStatisticsAnswer(
        year=year, forms=[_line(form, [row for row in rows if row.form == form], outcomes) for form in forms]
    )


def _line(
    form: DutyDayForm, rows: Sequence[Any], outcomes: dict[UUID, list[MatterOutcome]]
) -> FormStatistics:
    came_to = summed(
        DayRecord(row.invited, row.present, row.residents, tuple(outcomes.get(row.id, ())))
        for row in rows
        if row.state == DutyDayState.RECORDED
    )
    return FormStatistics(
        form=form,
        planned=len(rows),
        held=came_to.held,
        invited=came_to.invited,
        present=came_to.present,
        turnout=came_to.turnout,
        residents=came_to.residents,
        matters=came_to.matters,
        solved=came_to.solved,
    )
