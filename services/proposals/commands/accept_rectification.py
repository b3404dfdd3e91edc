"""The office accepts a unit's written rectification."""

from sqlalchemy import select, update

from chassis.ids import derived_id
from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.unit_people import unit_names
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import AcceptRectification
from tongxin_contracts.proposals.feedback_events import RectificationAccepted


async def accept_rectification(command: AcceptRectification, work: Work) -> Done:
    """Accept it; raises WrongState before the unit has answered."""
    appraisal = await work.load(feedback_tables.appraisal, command.appraisal_id)
    known = feedback_tables.appraised
    unit = (
        await work.tx.sql.execute(
            select(known).where(known.c.appraisal_id == appraisal.id, known.c.unit_id == command.unit_id)
        )
    ).one_or_none()
    if unit is None:
        raise NotFound
    if unit.rectified_at is None or unit.accepted_at is not None:
        raise WrongState("单位还没有书面答复，或者已经核收")
    await work.tx.sql.execute(
        update(known)
        .where(known.c.appraisal_id == appraisal.id, known.c.unit_id == unit.unit_id)
        .values(accepted_at=work.now)
    )
    appraisal.state(
        RectificationAccepted(appraisal_id=appraisal.id, year=appraisal["year"], unit_id=unit.unit_id)
    )
    name = (await unit_names(work, [unit.unit_id])).get(unit.unit_id, "")
    appraisal.note("accept_rectification", reason=name)
    await work.close_tasks(derived_id("rectify", appraisal.id, unit.unit_id))
    return Done(id=appraisal.id, version=appraisal.version)
