"""预交办: units are asked whether a filed proposal is theirs, before it is dispatched for good."""

from uuid import UUID

from sqlalchemy import insert, select

from chassis.calendar import CALENDAR_VERSION, add_working_days, deadline_instant
from chassis.deadlines import Deadline
from chassis.ids import new_id
from chassis.problems import Invalid, WrongState
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import tables
from services.proposals.handlings import handling_id, rules_of, today
from services.proposals.rules.dispatch import check_units
from services.proposals.rules.handling_states import HandlingStep, after
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.handling_commands import PreDispatch
from tongxin_contracts.proposals.handling_events import Allocated, ProposalPreDispatched
from tongxin_contracts.words import AllocationPart, AllocationState, ProposalState, TaskKind

OBJECTION_OVER = "objection_over"
"""The deadline's kind; its matter is the handling."""


async def pre_dispatch(command: PreDispatch, work: Work) -> Done:
    """Ask the units; raises WrongState for what is not filed or was asked already, Invalid for an unknown unit."""
    check_units(command.lead_unit, command.co_units)
    proposal = await work.load(tables.proposal, command.proposal_id)
    if proposal["state"] != ProposalState.FILED:
        raise WrongState("只有已立案的提案才能预交办")
    if await work.load_many(tables.handling, [handling_id(proposal.id)]):
        raise WrongState("这件提案已经预交办，请在交办台上调整承办单位")
    names = await _known(command, work)
    rules = await rules_of(work, proposal["committee"])
    object_by = deadline_instant(add_working_days(today(work), rules.object_days))
    handling = work.create(
        tables.handling,
        handling_id(proposal.id),
        committee=proposal["committee"],
        proposal_id=proposal.id,
        state=after(None, HandlingStep.PRE_DISPATCH),
        round=1,
        object_by=object_by,
        dispatched_at=None,
        lead_unit=command.lead_unit,
        due_at=None,
        reply_class=None,
        replied_at=None,
        closed_at=None,
    )
    beside = AllocationPart.SEPARATE if command.separate else AllocationPart.CO
    parts = [(command.lead_unit, AllocationPart.LEAD), *((unit, beside) for unit in command.co_units)]
    rows = [
        {
            "id": new_id(),
            "committee": proposal["committee"],
            "handling_id": handling.id,
            "unit_id": unit,
            "part": part,
            "state": AllocationState.PROPOSED,
            "proposed_at": work.now,
        }
        for unit, part in parts
    ]
    await work.tx.sql.execute(insert(tables.allocation), rows)
    handling.state(
        ProposalPreDispatched(
            handling_id=handling.id,
            proposal_id=proposal.id,
            number=proposal["number"],
            title=proposal["title"],
            units=tuple(Allocated(unit_id=unit, part=part) for unit, part in parts),
            object_by=object_by,
        )
    )
    handling.note("pre_dispatch", reason="；".join(f"{part.label}：{names[unit]}" for unit, part in parts))
    await work.open_tasks(
        [
            Opened(
                kind=TaskKind.CONFIRM_ALLOCATION,
                matter=row["id"],
                about=proposal.id,
                title=proposal["title"],
                role=Role.UNIT_LIAISON.value,
                unit=row["unit_id"],
                due_at=object_by,
            )
            for row in rows
        ]
    )
    await work.set_deadline(
        Deadline(
            matter=handling.id,
            committee=proposal["committee"],
            kind=OBJECTION_OVER,
            rule=rules.object_rule,
            anchor=work.now,
            calendar_version=CALENDAR_VERSION,
            due_at=object_by,
        )
    )
    return Done(id=handling.id, version=handling.version)


async def _known(command: PreDispatch, work: Work) -> dict[UUID, str]:
    """Names of the chosen units; raises Invalid for one that is closed or none of the committee's."""
    unit = tables.unit
    chosen = [command.lead_unit, *command.co_units]
    rows = await work.tx.sql.execute(
        select(unit.c.id, unit.c.short_name).where(
            unit.c.id.in_(chosen), unit.c.committee == command.committee, unit.c.active
        )
    )
    names = {row.id: row.short_name for row in rows}
    wrong = [place for place, id_ in enumerate(chosen) if id_ not in names]
    if wrong:
        raise Invalid(
            errors=[
                FieldProblem(
                    field="lead_unit" if place == 0 else f"co_units.{place - 1}",
                    message="名单里没有这个单位，或者已停用；请重新选择。",
                )
                for place in wrong
            ]
        )
    return names
