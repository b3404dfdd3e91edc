"""调整承办单位: the office answers a return; another unit takes the part over, or it stays where it was."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.calendar import CALENDAR_VERSION, add_working_days, deadline_instant
from chassis.deadlines import Deadline
from chassis.ids import new_id
from chassis.problems import Invalid, WrongState
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import tables
from services.proposals.commands.pre_dispatch import OBJECTION_OVER
from services.proposals.handlings import Case, change_part, load_case, rules_of, today
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_commands import Reallocate
from tongxin_contracts.proposals.handling_events import Allocated, ProposalPreDispatched, ReturnAnswered
from tongxin_contracts.words import AllocationPart, AllocationState, TaskKind


async def reallocate(command: Reallocate, work: Work) -> Done:
    """Answer a return; raises WrongState for a unit that returned nothing, Invalid for a unit that has a part already."""
    case = await load_case(work, command.proposal_id)
    case.step(HandlingStep.REALLOCATE)
    part = case.part_of(command.unit_id)
    if part["state"] != AllocationState.RETURNED:
        raise WrongState("这个单位没有退回，或者已经答复过了")
    state = AllocationState.REPLACED if command.new_unit else AllocationState.ACCEPTED
    await change_part(part, work, state=state, return_answer=command.answer_text)
    case.handling.state(
        ReturnAnswered(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=command.unit_id,
            new_unit=command.new_unit,
            answer=command.answer_text,
            first_proposer=case.proposal.first_proposer,
        )
    )
    await work.close_tasks(part["id"], kinds=[TaskKind.RESOLVE_RETURN])
    if command.new_unit is None:
        case.handling.note(
            "keep_allocation", reason=f"维持{case.name(command.unit_id)}：{command.answer_text}"
        )
    else:
        name = await _taker(case, command.new_unit, work)
        await _hand_over(case, part, command.new_unit, work)
        case.handling.note(
            "reallocate", reason=f"{case.name(command.unit_id)} → {name}：{command.answer_text}"
        )
    return Done(id=case.id, version=case.handling.version)


async def _taker(case: Case, unit_id: UUID, work: Work) -> str:
    """The new unit's name; raises Invalid when it cannot take it."""
    unit = tables.unit
    name: str | None = await work.tx.sql.scalar(
        select(unit.c.short_name).where(
            unit.c.id == unit_id, unit.c.committee == case.handling["committee"], unit.c.active
        )
    )
    has_part = any(part["unit_id"] == unit_id for part in case.parts)
    if name is None or has_part:
        message = (
            "这个单位已经承办这件提案，请另选一个。"
            if name
            else "名单里没有这个单位，或者已停用；请重新选择。"
        )
        raise Invalid(errors=[FieldProblem(field="new_unit", message=message)])
    return name


async def _hand_over(case: Case, part: dict[str, Any], unit_id: UUID, work: Work) -> None:
    """The new unit gets its own days to object; the date of the others is never moved earlier."""
    rules = await rules_of(work, case.handling["committee"])
    object_by = deadline_instant(add_working_days(today(work), rules.object_days))
    object_by = max(object_by, case.handling["object_by"])
    new = {
        "id": new_id(),
        "committee": case.handling["committee"],
        "handling_id": case.id,
        "unit_id": unit_id,
        "part": part["part"],
        "state": AllocationState.PROPOSED,
        "proposed_at": work.now,
    }
    await work.tx.sql.execute(insert(tables.allocation), [new])
    case.handling.change(object_by=object_by)
    if part["part"] == AllocationPart.LEAD:
        case.handling.change(lead_unit=unit_id)
    in_force = [new, *(other for other in case.parts if other["state"] != AllocationState.REPLACED)]
    case.handling.state(
        ProposalPreDispatched(
            handling_id=case.id,
            proposal_id=case.proposal.id,
            number=case.proposal.number,
            title=case.proposal.title,
            units=tuple(
                Allocated(unit_id=other["unit_id"], part=AllocationPart.of(other["part"]))
                for other in in_force
            ),
            object_by=object_by,
            again=True,
        )
    )
    await work.open_task(
        Opened(
            kind=TaskKind.CONFIRM_ALLOCATION,
            matter=new["id"],
            about=case.proposal.id,
            title=case.proposal.title,
            role=Role.UNIT_LIAISON.value,
            unit=unit_id,
            due_at=object_by,
        )
    )
    await work.set_deadline(
        Deadline(
            matter=case.id,
            committee=case.handling["committee"],
            kind=OBJECTION_OVER,
            rule=rules.object_rule,
            anchor=work.now,
            calendar_version=CALENDAR_VERSION,
            due_at=object_by,
        )
    )
