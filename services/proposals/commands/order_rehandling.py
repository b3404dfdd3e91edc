"""重新办理: the proposer was not satisfied, and the office sends it back to the lead unit; once, with a month's time."""

from typing import Any

from sqlalchemy import select, update

from chassis.calendar import deadline_instant, local_date
from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.commitments import proposal_of
from services.proposals.feedback import require_decision
from services.proposals.feedback_tables import HANDLING_STATES
from services.proposals.rules import feedback as rules
from services.proposals.rules.handling_states import HandlingStep, after
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import OrderRehandling
from tongxin_contracts.proposals.feedback_events import ReHandlingOrdered
from tongxin_contracts.words import AllocationPart, AllocationState, TaskKind


async def order_rehandling(command: OrderRehandling, work: Work) -> Done:
    """Start the second round; raises WrongState unless the first one ended with a proposer who was not satisfied."""
    handling = await work.load(tables.handling, derived_id("handling", command.proposal_id))
    await require_decision(handling, work)
    lead = await _lead(handling, work)
    proposal = await proposal_of(handling, work)
    due_at = deadline_instant(rules.months_after(local_date(work.now), rules.REHANDLING_MONTHS))
    await work.tx.sql.execute(
        update(tables.allocation)
        .where(tables.allocation.c.id == lead.id)
        .values(due_at=due_at, done_at=None, extended=False)
    )
    handling.change(
        state=after(HANDLING_STATES[handling["state"]], HandlingStep.REHANDLE),
        round=handling["round"] + 1,
        due_at=due_at,
    )
    handling.state(
        ReHandlingOrdered(
            handling_id=handling.id,
            proposal_id=command.proposal_id,
            title=proposal["title"],
            unit_id=lead.unit_id,
            reason=command.reason,
            due_at=due_at,
            first_proposer=proposal["first_proposer"],
            co_proposers=tuple(proposal["co_proposers"]),
        )
    )
    handling.note("order_rehandling", reason=command.reason)
    await work.close_tasks(handling.id, kinds=[TaskKind.DECIDE_REHANDLING])
    await work.open_task(
        Opened(
            kind=TaskKind.HANDLE_AGAIN,
            matter=lead.id,
            about=command.proposal_id,
            title=proposal["title"],
            role=Role.UNIT_HANDLER.value,
            unit=lead.unit_id,
            due_at=due_at,
        )
    )
    return Done(id=handling.id, version=handling.version)


async def _lead(handling: Aggregate, work: Work) -> Any:
    allocation = tables.allocation
    found = (
        await work.tx.sql.execute(
            select(allocation.c.id, allocation.c.unit_id).where(
                allocation.c.handling_id == handling.id,
                allocation.c.part == AllocationPart.LEAD,
                allocation.c.state != AllocationState.REPLACED,
            )
        )
    ).one_or_none()
    if found is None:
        raise WrongState("这件提案没有主办单位，不能重新办理")
    return found
