"""公布评议结果: the first are praised, the last have until a date to rectify and to answer in writing."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from chassis.calendar import add_working_days, deadline_instant, local_date
from chassis.ids import derived_id
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables
from services.proposals.appraisal import require
from services.proposals.unit_people import unit_names
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import PublishAppraisal
from tongxin_contracts.proposals.feedback_events import AppraisalPublished, UnitAppraised
from tongxin_contracts.words import AppraisalOutcome, AppraisalState, TaskKind


async def publish_appraisal(command: PublishAppraisal, work: Work) -> Done:
    """Publish; raises WrongState unless the standing committee voted for it."""
    appraisal = await work.load(feedback_tables.appraisal, command.appraisal_id)
    require(appraisal, AppraisalState.APPROVED)
    known = feedback_tables.appraised
    units = (
        await work.tx.sql.execute(
            select(known).where(known.c.appraisal_id == appraisal.id).order_by(known.c.rank, known.c.unit_id)
        )
    ).all()
    rectify_by = deadline_instant(add_working_days(local_date(work.now), appraisal["rectify_days"]))
    last = [unit for unit in units if unit.outcome == AppraisalOutcome.RECTIFY]
    names = await unit_names(work, [unit.unit_id for unit in units])
    appraisal.change(state=AppraisalState.PUBLISHED, published_at=work.now)
    appraisal.state(
        AppraisalPublished(
            appraisal_id=appraisal.id,
            year=appraisal["year"],
            units=tuple(
                UnitAppraised(
                    unit_id=unit.unit_id,
                    name=names.get(unit.unit_id, "（单位名称暂缺）"),
                    rank=unit.rank,
                    total=str(unit.total),
                    outcome=unit.outcome,
                )
                for unit in units
            ),
            rectify_by=rectify_by if last else None,
        )
    )
    appraisal.note("publish_appraisal")
    await work.close_tasks(appraisal.id)
    await _have_rectified(appraisal, last, rectify_by, work)
    return Done(id=appraisal.id, version=appraisal.version)


async def _have_rectified(appraisal: Aggregate, last: list[Any], rectify_by: datetime, work: Work) -> None:
    """The last ones get a task with a date."""
    known = feedback_tables.appraised
    await work.tx.sql.execute(
        update(known)
        .where(known.c.appraisal_id == appraisal.id, known.c.unit_id.in_([unit.unit_id for unit in last]))
        .values(rectify_by=rectify_by)
    )
    await work.open_tasks(
        [
            Opened(
                kind=TaskKind.RECTIFY,
                matter=derived_id("rectify", appraisal.id, unit.unit_id),
                about=appraisal.id,
                title=f"{appraisal['year']} 年度提案办理评议：限期整改",
                role=Role.UNIT_SIGNER.value,
                unit=unit.unit_id,
                due_at=rectify_by,
            )
            for unit in last
        ]
    )
