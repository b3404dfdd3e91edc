"""A talk with the proposer goes on record; the proposer is told, so that no talk is recorded that never was."""

from sqlalchemy.dialects.postgresql import insert

from chassis.problems import Invalid
from chassis.work import Work
from services.proposals.handling_tables import talk
from services.proposals.handlings import load_case, own_part, today
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_commands import RecordTalk
from tongxin_contracts.proposals.handling_events import TalkRecorded
from tongxin_contracts.words import AllocationPart, UnitDuty


async def record_talk(command: RecordTalk, work: Work) -> Done:
    """Record it; raises Invalid for a day that has not come."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.WORK)
    if command.on > today(work):
        raise Invalid(errors=[FieldProblem(field="on", message="沟通日期还没有到，请填写已经沟通的日期。")])
    await work.tx.sql.execute(
        insert(talk)
        .values(
            id=command.talk_id,
            committee=case.handling["committee"],
            handling_id=case.id,
            round=case.round,
            form=command.form,
            on_day=command.on,
            with_whom=command.with_whom,
            summary=command.summary,
            at=work.now,
            by=work.actor.person,
        )
        .on_conflict_do_nothing()
    )
    case.handling.state(
        TalkRecorded(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            round=case.round,
            form=command.form,
            on=command.on,
            first_proposer=case.proposal.first_proposer,
        )
    )
    case.handling.note("record_talk", reason=f"{command.on:%Y年%-m月%-d日} {command.form.label}")
    return Done(id=case.id, version=case.handling.version)
