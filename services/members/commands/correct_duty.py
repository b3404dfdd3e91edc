"""Put right what was recorded wrongly; both records stay, one of them struck out."""

from sqlalchemy import insert

from chassis.calendar import local_date
from chassis.problems import Invalid
from chassis.work import Work
from services.members import tables
from services.members.commands.annul_duty import standing_fact, strike_out
from services.members.commands.record_duty import FROM_EVENTS
from services.members.corrections import reckon_again
from tongxin_contracts.members.points import CorrectDuty, DutyCorrected
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import Attendance, Authorship, DutyKind


async def correct_duty(command: CorrectDuty, work: Work) -> Done:
    """Strike the old record out and write the right one; a closed year of it is reckoned again."""
    _check(command, work)
    member = await work.load(tables.member, command.member_id)
    old = await standing_fact(work, member, command.fact_id)
    await strike_out(work, old.id, command.reason)
    await work.tx.sql.execute(
        insert(tables.duty_fact).values(
            id=command.instead,
            committee=member["committee"],
            member_id=member.id,
            kind=command.kind,
            on_day=command.on,
            quantity=command.quantity,
            attendance=command.attendance,
            authors=1,
            position=1,
            share_role=Authorship.SOLE,
            evidence=command.note or old.evidence,
            matter=old.matter,
            recorded_at=work.now,
            recorded_by=work.actor.id,
            corrects=old.id,
        )
    )
    member.state(
        DutyCorrected(
            member_id=member.id,
            person_id=member["person_id"],
            fact_id=old.id,
            instead=command.instead,
            kind=command.kind,
            on=command.on,
            quantity=command.quantity,
            attendance=command.attendance,
        )
    )
    before = _in_words(old.on_day, DutyKind.of(old.kind), old.quantity, Attendance.of(old.attendance))
    after = _in_words(command.on, command.kind, command.quantity, command.attendance)
    member.note("correct_duty", reason=f"{before} 更正为 {after}：{command.reason}")
    await reckon_again([member], (old.on_day, command.on), work)
    return Done(id=member.id, version=member.version)


def _check(command: CorrectDuty, work: Work) -> None:
    errors = []
    if command.kind in FROM_EVENTS:
        message = f"“{command.kind.label}”由系统根据提案办理情况自动记入，不能手工更正成这一类。"
        errors.append(FieldProblem(field="kind", message=message))
    if command.on > local_date(work.now):
        errors.append(FieldProblem(field="on", message="日期还没有到，请核对。"))
    if command.instead == command.fact_id:
        errors.append(FieldProblem(field="instead", message="更正后的记录应有自己的编号。"))
    if errors:
        raise Invalid(errors=errors)


def _in_words(on: object, kind: DutyKind, quantity: int, attendance: Attendance) -> str:
    times = f" × {quantity}" if quantity > 1 else ""
    return f"{on} {kind.label}（{attendance.label}）{times}"
