"""A unit among the last answers in writing what it has rectified."""

from sqlalchemy import select, update

from chassis.ids import derived_id
from chassis.problems import NotFound, WrongState
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.appraisal import require
from services.proposals.unit_people import unit_names, units_of
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import AnswerRectification
from tongxin_contracts.proposals.feedback_events import RectificationAnswered
from tongxin_contracts.words import AppraisalOutcome, AppraisalState, TaskKind, UnitDuty


async def answer_rectification(command: AnswerRectification, work: Work) -> Done:
    """Keep the answer; raises NotFound for whoever signs for no unit that has to rectify."""
    appraisal = await work.load(feedback_tables.appraisal, command.appraisal_id)
    require(appraisal, AppraisalState.PUBLISHED)
    known = feedback_tables.appraised
    unit = (
        await work.tx.sql.execute(
            select(known).where(
                known.c.appraisal_id == appraisal.id,
                known.c.unit_id.in_(await units_of(work, [UnitDuty.SIGNER])),
                known.c.outcome == AppraisalOutcome.RECTIFY,
            )
        )
    ).first()
    if unit is None:
        raise NotFound
    if unit.accepted_at is not None:
        raise WrongState("整改情况已经核收，不需要再提交")
    await work.tx.sql.execute(
        update(known)
        .where(known.c.appraisal_id == appraisal.id, known.c.unit_id == unit.unit_id)
        .values(rectification=command.text, rectified_at=work.now)
    )
    appraisal.state(
        RectificationAnswered(
            appraisal_id=appraisal.id, year=appraisal["year"], unit_id=unit.unit_id, text=command.text
        )
    )
    name = (await unit_names(work, [unit.unit_id])).get(unit.unit_id, "")
    appraisal.note("answer_rectification", reason=f"{name}：{command.text}")
    matter = derived_id("rectify", appraisal.id, unit.unit_id)
    await work.close_tasks(matter, kinds=[TaskKind.RECTIFY])
    await work.open_task(
        Opened(
            kind=TaskKind.ACCEPT_RECTIFICATION,
            matter=matter,
            about=appraisal.id,
            title=f"{name}：{appraisal['year']} 年度评议整改",
            role=Role.PROPOSALS_OFFICE.value,
        )
    )
    return Done(id=appraisal.id, version=appraisal.version)
