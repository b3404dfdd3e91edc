"""成果清单: a line of the responsibility list is done, with what shows it."""

from sqlalchemy import func, select, update

from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals.handling_tables import responsibility
from services.proposals.handlings import load_case, own_part
from services.proposals.rules.replies import require_data
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import ReportResult
from tongxin_contracts.proposals.handling_events import ResultReported
from tongxin_contracts.words import AllocationPart, UnitDuty


async def report_result(command: ReportResult, work: Work) -> Done:
    """Close a line; raises Refused without data in the evidence (row 44), WrongState for one that is closed."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    line = (
        await work.tx.sql.execute(
            select(responsibility).where(
                responsibility.c.id == command.line_id, responsibility.c.handling_id == case.id
            )
        )
    ).one_or_none()
    if line is None:
        raise NotFound
    if line.done_at is not None:
        raise WrongState("这一项已经销号")
    require_data(command.evidence)
    await work.tx.sql.execute(
        update(responsibility)
        .where(responsibility.c.id == line.id)
        .values(done_at=work.now, evidence=command.evidence)
    )
    counted = (
        await work.tx.sql.execute(
            select(func.count(responsibility.c.done_at).label("done"), func.count().label("lines")).where(
                responsibility.c.handling_id == case.id
            )
        )
    ).one()
    case.handling.state(
        ResultReported(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            suggestion=line.suggestion,
            done=counted.done,
            lines=counted.lines,
        )
    )
    case.handling.note("report_result", reason=f"{line.what}：{command.evidence}")
    return Done(id=case.id, version=case.handling.version)
