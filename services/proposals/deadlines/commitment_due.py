"""A promise has come due: its handling opens itself again, and the unit says what became of it."""

from chassis.calendar import deadline_instant, local_date
from chassis.deadlines import Deadline
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals.commitments import locked, promise_name, step
from services.proposals.feedback_tables import HANDLING_STATES
from services.proposals.rules.commitments import REPORT_DAYS, CommitmentStep
from services.proposals.rules.handling_states import HandlingStep, after, allowed
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_events import CommitmentDue
from tongxin_contracts.words import CommitmentState, TaskKind


async def on_commitment_due(deadline: Deadline, work: Work) -> None:
    """Ask the unit, unless the promise was settled or replaced meanwhile."""
    row, handling, proposal = await locked(deadline.matter, work)
    if row.state != CommitmentState.OPEN:
        return
    await step(row, CommitmentStep.FALL_DUE, work)
    state = HANDLING_STATES[handling["state"]]
    if allowed(state, HandlingStep.COMMITMENT_DUE):
        handling.change(state=after(state, HandlingStep.COMMITMENT_DUE))
    handling.state(
        CommitmentDue(
            handling_id=handling.id,
            proposal_id=row.proposal_id,
            commitment_id=row.id,
            title=proposal["title"],
            unit_id=row.unit_id,
            suggestion=row.suggestion,
            promise=row.promise,
            due_on=row.due_on,
            first_proposer=proposal["first_proposer"],
        )
    )
    handling.note("commitment_due", reason=f"{promise_name(row.suggestion, row.due_on)}：{row.promise}")
    await work.open_task(
        Opened(
            kind=TaskKind.REPORT_COMMITMENT,
            matter=row.id,
            title=proposal["title"],
            role=Role.UNIT_HANDLER.value,
            unit=row.unit_id,
            due_at=deadline_instant(local_date(deadline.due_at) + REPORT_DAYS),
        )
    )
