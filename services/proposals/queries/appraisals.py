"""The committee's appraisals of lead units."""

from sqlalchemy import func, select

from chassis.work import Work
from services.proposals import feedback_tables
from tongxin_contracts.proposals.feedback_queries import AppraisalList, Appraisals, AppraisalSummary


async def appraisals(query: Appraisals, work: Work) -> AppraisalList:
    """The latest year first."""
    appraisal, unit = feedback_tables.appraisal, feedback_tables.appraised
    units = select(func.count()).where(unit.c.appraisal_id == appraisal.c.id).scalar_subquery()
    found = await work.tx.sql.execute(
        select(appraisal, units.label("units"))
        .where(appraisal.c.committee == query.committee)
        .order_by(appraisal.c.year.desc())
        .limit(50)
    )
    return AppraisalList(
        appraisals=[
            AppraisalSummary(
                appraisal_id=row.id,
                year=row.year,
                state=row.state,
                scoring_until=row.scoring_until,
                units=row.units,
                published_at=row.published_at,
            )
            for row in found
        ]
    )
