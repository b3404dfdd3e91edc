"""重新办理: the proposer was not satisfied, and the office sends it back to the lead unit; once, with a month's time."""

from chassis.calendar import deadline_instant
from chassis.work import Work
from services.proposals.feedback import require_decision
from services.proposals.handlings import change_part, handling_task, load_case, today, unit_deadline
from services.proposals.rules import feedback as rules
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import OrderRehandling
from tongxin_contracts.proposals.feedback_events import ReHandlingOrdered
from tongxin_contracts.words import TaskKind


async def order_rehandling(command: OrderRehandling, work: Work) -> Done:
    """Start the second round; raises WrongState unless the first one ended with a proposer who was not satisfied."""
    case = await load_case(work, command.proposal_id)
    handling, proposal, lead = case.handling, case.proposal, case.lead
    await require_decision(handling, work)
    due_at = deadline_instant(rules.months_after(today(work), rules.REHANDLING_MONTHS))
    await change_part(lead, work, due_at=due_at, done_at=None, extended=False)
    handling.change(state=case.step(HandlingStep.REHANDLE), round=case.round + 1, due_at=due_at)
    handling.state(
        ReHandlingOrdered(
            handling_id=handling.id,
            proposal_id=command.proposal_id,
            title=proposal.title,
            unit_id=lead["unit_id"],
            reason=command.reason,
            due_at=due_at,
            first_proposer=proposal.first_proposer,
            co_proposers=tuple(proposal.co_proposers),
        )
    )
    handling.note("order_rehandling", reason=command.reason)
    await work.close_tasks(handling.id, kinds=[TaskKind.DECIDE_REHANDLING])
    await work.open_task(handling_task(case, lead))
    await work.set_deadline(unit_deadline(case, lead, rules.REHANDLING_RULE, due_at, work))
    return Done(id=handling.id, version=handling.version)
