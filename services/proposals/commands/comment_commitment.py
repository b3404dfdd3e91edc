"""The proposer says whether the unit's report on a promise is right."""

from sqlalchemy import update

from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.commitments import locked, promise_name
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import CommentCommitment
from tongxin_contracts.proposals.feedback_events import CommitmentCommented
from tongxin_contracts.words import CommitmentState, TaskKind


async def comment_commitment(command: CommentCommitment, work: Work) -> Done:
    """Keep the word; raises NotFound for whoever did not propose it."""
    row, handling, proposal = await locked(command.commitment_id, work)
    if work.actor.person not in (proposal["first_proposer"], *proposal["co_proposers"]):
        raise NotFound
    if row.state != CommitmentState.REPORTED:
        raise WrongState("单位报告落实情况以后、核对完成以前，才能发表意见")
    commitment = feedback_tables.commitment
    await work.tx.sql.execute(
        update(commitment)
        .where(commitment.c.id == row.id)
        .values(agrees=command.agrees, comment=command.words or None)
    )
    handling.state(
        CommitmentCommented(
            handling_id=handling.id,
            proposal_id=row.proposal_id,
            commitment_id=row.id,
            title=proposal["title"],
        )
    )
    said = "认为已落实" if command.agrees else "认为没有落实"
    handling.note("comment_commitment", reason=f"{promise_name(row.suggestion, row.due_on)}：{said}")
    await work.close_tasks(row.id, kinds=[TaskKind.COMMENT_COMMITMENT])
    return Done(id=handling.id, version=handling.version)
