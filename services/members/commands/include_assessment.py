"""Take a year's assessment of conveners into an evaluation (三纳入); its figures are kept as they are now."""

from sqlalchemy.dialects.postgresql import insert

from chassis.calendar import local_date
from chassis.problems import WrongState
from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.conveners import convener_lines
from services.members.grids import grid_of
from tongxin_contracts.members.coverage import AssessmentIncluded, IncludeAssessment
from tongxin_contracts.message import Done


async def include_assessment(command: IncludeAssessment, work: Work) -> Done:
    """Keep it once for each purpose; raises WrongState where there is nobody, or where it was taken in already."""
    lines = await convener_lines(work, command.year)
    if not lines:
        raise WrongState("这一年没有召集人联系任何乡镇或社区，没有可以纳入的考评")
    grid = await grid_of(work)
    kept = await work.tx.sql.execute(
        insert(tables.inclusion)
        .values(
            committee=work.committee,
            year=command.year,
            purpose=command.purpose.value,
            document=command.document,
            on_day=local_date(work.now),
            lines=[line.model_dump(mode="json") for line in lines],
        )
        .on_conflict_do_nothing()
        .returning(tables.inclusion.c.year)
    )
    if kept.first() is None:
        raise WrongState(f"{command.year} 年的考评已经纳入“{command.purpose.label}”，不能再改")
    grid.state(
        AssessmentIncluded(
            grid_id=grid.id,
            year=command.year,
            purpose=command.purpose,
            document=command.document,
            conveners=len(lines),
        )
    )
    grid.note(
        "include_assessment",
        reason=f"{command.year} 年召集人考评 {len(lines)} 人纳入{command.purpose.label}：{command.document}",
    )
    return Done(id=grid.id, version=grid.version)
