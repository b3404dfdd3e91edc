"""Answer an appeal against points; what is put right is put right by its own command."""

from sqlalchemy import select

from chassis.problems import Invalid, WrongState
from chassis.work import Aggregate, Work
from services.members import tables
from tongxin_contracts.members.points import AnswerAppeal, AppealAnswered
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def answer_appeal(command: AnswerAppeal, work: Work) -> Done:
    """Answer it once; raises WrongState when it is answered, Invalid for a correction of somebody else's record."""
    appeal = await work.load(tables.appeal, command.appeal_id)
    if appeal["answered_at"] is not None:
        raise WrongState("这件申诉已经答复，不必重复办理")
    if command.correction is not None:
        await _check_correction(command, appeal, work)
    appeal.change(
        granted=command.granted,
        answer=command.text,
        correction=command.correction,
        answered_at=work.now,
    )
    appeal.state(
        AppealAnswered(
            appeal_id=appeal.id,
            member_id=appeal["member_id"],
            person_id=appeal["person_id"],
            year=appeal["year"],
            granted=command.granted,
            answer=command.text,
        )
    )
    appeal.note("answer_appeal", reason="予以更正" if command.granted else "维持原记录")
    await work.close_tasks(appeal.id)
    return Done(id=appeal.id, version=appeal.version)


async def _check_correction(command: AnswerAppeal, appeal: Aggregate, work: Work) -> None:
    fact = tables.duty_fact.c
    found = await work.tx.sql.scalar(
        select(fact.id).where(fact.id == command.correction, fact.member_id == appeal["member_id"])
    )
    if found is None:
        message = "没有这条履职记录，或它不是申诉人的，请核对。"
        raise Invalid(errors=[FieldProblem(field="correction", message=message)])
