"""责任清单: each suggestion has what is done about it, by whom, until when."""

from sqlalchemy import delete, insert, select

from chassis.ids import new_id
from chassis.problems import Invalid
from chassis.work import Work
from services.proposals.handling_tables import responsibility
from services.proposals.handlings import Case, load_case, own_part, today
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.replies import check_responsibilities
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_commands import SetResponsibilities
from tongxin_contracts.proposals.handling_events import ResponsibilitiesSet
from tongxin_contracts.words import AllocationPart, UnitDuty


async def set_responsibilities(command: SetResponsibilities, work: Work) -> Done:
    """Replace what is not done yet; finished lines stay and count for their suggestion."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.WORK)
    done = await _done(case, work)
    places = [*done, *(line.suggestion for line in command.lines)]
    check_responsibilities(places, len(case.proposal.suggestions))
    _check_dates(command, work)
    await work.tx.sql.execute(
        delete(responsibility).where(
            responsibility.c.handling_id == case.id, responsibility.c.done_at.is_(None)
        )
    )
    await work.tx.sql.execute(
        insert(responsibility),
        [
            {
                "id": new_id(),
                "committee": case.handling["committee"],
                "handling_id": case.id,
                **line.model_dump(),
            }
            for line in command.lines
        ],
    )
    case.handling.state(
        ResponsibilitiesSet(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            lines=len(places),
        )
    )
    told = "；".join(
        f"{line.suggestion + 1}. {line.what}（{line.who}，{line.due_on:%Y年%-m月%-d日}）"
        for line in command.lines
    )
    case.handling.note("set_responsibilities", reason=told)
    return Done(id=case.id, version=case.handling.version)


async def _done(case: Case, work: Work) -> list[int]:
    found = await work.tx.sql.scalars(
        select(responsibility.c.suggestion).where(
            responsibility.c.handling_id == case.id, responsibility.c.done_at.is_not(None)
        )
    )
    return list(found)


def _check_dates(command: SetResponsibilities, work: Work) -> None:
    late = [place for place, line in enumerate(command.lines) if line.due_on < today(work)]
    if late:
        raise Invalid(
            errors=[
                FieldProblem(field=f"lines.{place}.due_on", message="完成时间已经过去，请改为今天或以后。")
                for place in late
            ]
        )
