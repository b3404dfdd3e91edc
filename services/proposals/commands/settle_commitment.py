"""核销: the office finds a promise kept, not kept with a new date (once), or not kept; after asking the proposer."""

from datetime import date
from typing import Any

from chassis.calendar import deadline_instant, local_date
from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.proposals.commitments import close_again, locked, promise_name, remind_when_due, step
from services.proposals.rules.commitments import CommitmentStep, check_new_date
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.feedback_commands import SettleCommitment
from tongxin_contracts.proposals.feedback_events import CommitmentSettled


async def settle_commitment(command: SettleCommitment, work: Work) -> Done:
    """Settle it and close the handling again when nothing else is due; raises WrongState before it is time."""
    row, handling, proposal = await locked(command.commitment_id, work)
    new_date = None if command.kept else command.new_date
    _check(command, row, new_date, work)
    if command.kept:
        await step(row, CommitmentStep.KEEP, work, reason=command.reason or None, settled_at=work.now)
    elif new_date is None:
        await step(row, CommitmentStep.BREAK, work, reason=command.reason, settled_at=work.now)
    else:
        due_at = deadline_instant(new_date)
        await step(
            row,
            CommitmentStep.POSTPONE,
            work,
            reason=command.reason,
            postponed=True,
            due_on=new_date,
            due_at=due_at,
            settle_from=None,
        )
        await remind_when_due(row.id, row.committee, due_at, work)
    handling.state(
        CommitmentSettled(
            handling_id=handling.id,
            proposal_id=row.proposal_id,
            commitment_id=row.id,
            title=proposal["title"],
            unit_id=row.unit_id,
            suggestion=row.suggestion,
            kept=command.kept,
            postponed_to=new_date,
            reason=command.reason,
            first_proposer=proposal["first_proposer"],
        )
    )
    found = "已兑现" if command.kept else (f"未兑现，改期至 {new_date}" if new_date else "未兑现")
    why = f"；{command.reason}" if command.reason else ""
    handling.note("settle_commitment", reason=f"{promise_name(row.suggestion, row.due_on)}：{found}{why}")
    await work.close_tasks(row.id)
    await close_again(handling, proposal, work)
    return Done(id=handling.id, version=handling.version)


def _check(command: SettleCommitment, row: Any, new_date: date | None, work: Work) -> None:
    if not command.kept and not command.reason.strip():
        raise Invalid(errors=[FieldProblem(field="reason", message="请写明未兑现的情况和理由。")])
    if row.settle_from is not None and row.agrees is None and work.now <= row.settle_from:
        raise WrongState("已请提案人发表意见，提案人答复后或期限过后才能核对")
    if new_date is not None:
        check_new_date(new_date, row.due_on, local_date(work.now), postponed=row.postponed)
