"""What the three decisions of a review share: the proposal must wait for one, and nobody may have changed it since."""

from uuid import UUID

from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.rules.review import ONE_ROUND, Decision, decide
from services.proposals.rules.states import Step, after


async def take_decision(
    work: Work, proposal_id: UUID, expected_version: int, step: Step, decision: Decision
) -> Aggregate:
    """Load, check and move the proposal; whatever was due on it is due no more.

    Raises WrongState by the graph, VersionClash by the version read, Invalid by the scheme.
    """
    proposal = await work.load(tables.proposal, proposal_id)
    state = after(tables.STATES[proposal["state"]], step)
    proposal.expect(expected_version)
    verdict = decide(ONE_ROUND, 0, decision)
    proposal.change(
        state=state,
        decided_at=work.now,
        decided_by_rule=verdict.rule_version,
        review_due_at=None,
        ground=decision.ground,
        explanation=decision.reason or None,
    )
    await work.cancel_deadlines(proposal_id)
    await work.close_tasks(proposal_id)
    return proposal
