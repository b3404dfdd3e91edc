"""Record that a member did something that counts, or stayed away where it counts against them."""

from chassis.calendar import local_date
from chassis.problems import Invalid
from chassis.rows import rows_of
from chassis.work import Work
from services.members import tables
from services.members.corrections import reckon_again
from tongxin_contracts.members.commands import RecordDuty
from tongxin_contracts.members.events import DutyRecorded
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import Authorship, DutyKind

FROM_EVENTS = (DutyKind.PROPOSAL_SUBMITTED, DutyKind.PROPOSAL_FILED)
"""Taken from the proposals' own events; recorded by hand they would count twice."""


async def record_duty(command: RecordDuty, work: Work) -> Done:
    """Record it as evidence; points follow. Raises Invalid for what is not recorded by hand or is yet to come."""
    _check(command, work)
    member = await work.load(tables.member, command.member_id)
    fact = {
        "id": command.fact_id,
        "committee": member["committee"],
        "member_id": member.id,
        "kind": command.kind,
        "on_day": command.on,
        "quantity": command.quantity,
        "attendance": command.attendance,
        "authors": 1,
        "position": 1,
        "share_role": Authorship.SOLE,
        "evidence": command.note or command.kind.label,
        "recorded_at": work.now,
        "recorded_by": work.actor.id,
    }
    work.later.append(rows_of(tables.duty_fact).insertion(fact))
    work.taken["duty_fact_pkey"] = "这条履职记录已经登记过，请刷新页面查看；要另外登记一条，请重新填写"
    member.state(
        DutyRecorded(
            member_id=member.id,
            fact_id=command.fact_id,
            kind=command.kind,
            on=command.on,
            quantity=command.quantity,
            attendance=command.attendance,
        )
    )
    member.note("record_duty", reason=_in_words(command))
    await reckon_again([member], (command.on,), work)
    return Done(id=member.id, version=member.version)


def _check(command: RecordDuty, work: Work) -> None:
    errors = []
    if command.kind in FROM_EVENTS:
        message = f"“{command.kind.label}”由系统根据提案办理情况自动记入，不需要手工登记。"
        errors.append(FieldProblem(field="kind", message=message))
    if command.on > local_date(work.now):
        errors.append(FieldProblem(field="on", message="日期还没有到，请在活动结束后登记。"))
    if errors:
        raise Invalid(errors=errors)


def _in_words(command: RecordDuty) -> str:
    quantity = f" × {command.quantity}" if command.quantity > 1 else ""
    what = f"{command.on} {command.kind.label}（{command.attendance.label}）{quantity}"
    return f"{what}：{command.note}" if command.note else what
