"""A year's assessment of conveners, and the evaluations it was taken into."""

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.conveners import convener_lines
from tongxin_contracts.members.coverage import (
    ConvenerAssessment,
    ConvenerAssessmentAnswer,
    ConvenerLine,
    Inclusion,
)
from tongxin_contracts.words import InclusionPurpose


async def convener_assessment(query: ConvenerAssessment, work: Work) -> ConvenerAssessmentAnswer:
    """As the evidence says now; what was taken into an evaluation stays as it was that day."""
    year = query.year or local_date(work.now).year
    table = tables.inclusion
    rows = await work.tx.sql.execute(
        select(table).where(table.c.committee == work.committee, table.c.year == year)
    )
    found = {InclusionPurpose.of(row.purpose): row for row in rows}
    return ConvenerAssessmentAnswer(
        year=year,
        lines=await convener_lines(work, year),
        included=[
            Inclusion(
                purpose=purpose,
                document=found[purpose].document,
                on=found[purpose].on_day,
                lines=[ConvenerLine.model_validate(line) for line in found[purpose].lines],
            )
            for purpose in InclusionPurpose
            if purpose in found
        ],
        missing=[purpose for purpose in InclusionPurpose if purpose not in found],
    )
