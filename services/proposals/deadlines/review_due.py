"""The days allowed for a review have passed: the office is told, the task stays open and shows red."""

from typing import Final

from chassis.deadlines import Deadline
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.proposals.events import ReviewOverdue
from tongxin_contracts.words import ProposalState

REVIEW_DUE: Final = "review_due"
REVIEW_WORKING_DAYS: Final = 10
"""Working days from submission to a decision."""
REVIEW_RULE: Final = f"提交后 {REVIEW_WORKING_DAYS} 个工作日内完成审查"


async def on_review_due(deadline: Deadline, work: Work) -> None:
    """State that it is overdue, unless it was decided in the meantime."""
    proposal = await work.load(tables.proposal, deadline.matter)
    if proposal["state"] != ProposalState.SUBMITTED:
        return
    proposal.state(
        ReviewOverdue(proposal_id=proposal.id, title=proposal["title"], due_at=deadline.due_at.isoformat())
    )
    proposal.note("review_overdue", reason=deadline.rule)
