"""正式交办: after the dispatch meeting, many at once; from this day on the units' months are counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import case as when
from sqlalchemy import update

from chassis.calendar import add_working_days, deadline_instant
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import tables
from services.proposals.handlings import (
    Case,
    handling_id,
    next_working_day,
    rules_of,
    today,
    unit_deadline,
    with_parts,
)
from services.proposals.rules.dispatch import SIGN_WORKING_DAYS, DispatchRules, why_not_dispatched
from services.proposals.rules.handling_states import HandlingStep, allowed
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import Dispatch, Dispatched, DispatchResult
from tongxin_contracts.proposals.handling_events import Allocated, ProposalDispatched
from tongxin_contracts.words import AllocationPart, AllocationState, TaskKind


async def dispatch(command: Dispatch, work: Work) -> Dispatched:
    """Dispatch what can go; each of the others says why not. A constant number of statements, however many."""
    wanted = {handling_id(item.proposal_id): item for item in command.items}
    cases = await with_parts(work, await work.load_many(tables.handling, list(wanted)))
    refused = {item.proposal_id: "还没有预交办，请先确定承办单位。" for item in command.items}
    going: list[Case] = []
    for found in cases:
        item = wanted[found.id]
        reason = _why_not(found, item.expected_version, work)
        if reason is None:
            going.append(found)
            del refused[item.proposal_id]
        else:
            refused[item.proposal_id] = reason
    if going:
        await _send(going, work)
    return Dispatched(
        results=[
            DispatchResult(
                proposal_id=item.proposal_id,
                dispatched=item.proposal_id not in refused,
                reason=refused.get(item.proposal_id),
            )
            for item in wanted.values()
        ]
    )


def _why_not(found: Case, expected_version: int | None, work: Work) -> str | None:
    if expected_version is not None and found.handling.version != expected_version:
        return "承办单位在您查看之后有变化，请核对后再交办。"
    if not allowed(found.state, HandlingStep.DISPATCH):
        return f"现在是“{found.state.label}”，不需要再交办。"
    states = [AllocationState.of(part["state"]) for part in found.parts]
    return why_not_dispatched(states, found.handling["object_by"], work.now)


async def _send(going: Sequence[Case], work: Work) -> None:
    rules = await rules_of(work, work.committee)
    due = {part: _due(rules, part, work) for part in AllocationPart}
    sign_by = deadline_instant(add_working_days(today(work), SIGN_WORKING_DAYS))
    allocation = tables.allocation
    await work.tx.sql.execute(
        update(allocation)
        .where(
            allocation.c.handling_id.in_([found.id for found in going]),
            allocation.c.state != AllocationState.REPLACED,
        )
        .values(
            state=AllocationState.DISPATCHED,
            due_at=when(
                (allocation.c.part == AllocationPart.CO, due[AllocationPart.CO]),
                else_=due[AllocationPart.LEAD],
            ),
        )
    )
    tasks: list[Opened] = []
    deadlines = []
    for found in going:
        _state(found, due, work)
        for part in found.parts:
            kind = AllocationPart.of(part["part"])
            tasks.append(
                Opened(
                    kind=TaskKind.SIGN_RECEIPT,
                    matter=part["id"],
                    about=found.proposal.id,
                    title=found.proposal.title,
                    role=Role.UNIT_LIAISON.value,
                    unit=part["unit_id"],
                    due_at=sign_by,
                )
            )
            deadlines.append(unit_deadline(found, part, rules.due_rule(kind), due[kind], work))
    await work.cancel_deadlines([found.id for found in going])
    everybody = [part["id"] for found in going for part in found.parts]
    await work.close_tasks(everybody, kinds=[TaskKind.CONFIRM_ALLOCATION])
    await work.open_tasks(tasks)
    await work.set_deadlines(deadlines)


def _due(rules: DispatchRules, part: AllocationPart, work: Work) -> datetime:
    return deadline_instant(rules.due_on(today(work), part, next_working_day))


def _state(found: Case, due: Mapping[AllocationPart, datetime], work: Work) -> None:
    found.handling.change(
        state=found.step(HandlingStep.DISPATCH), dispatched_at=work.now, due_at=due[AllocationPart.LEAD]
    )
    found.handling.state(
        ProposalDispatched(
            handling_id=found.id,
            proposal_id=found.proposal.id,
            number=found.proposal.number,
            title=found.proposal.title,
            units=tuple(
                Allocated(
                    unit_id=part["unit_id"],
                    part=AllocationPart.of(part["part"]),
                    due_at=due[AllocationPart.of(part["part"])],
                )
                for part in found.parts
            ),
            first_proposer=found.proposal.first_proposer,
            co_proposers=tuple(found.proposal.co_proposers),
        )
    )
    told = "；".join(
        f"{AllocationPart.of(part['part']).label}：{found.name(part['unit_id'])}" for part in found.parts
    )
    found.handling.note("dispatch", reason=told)
