"""撤回: the first proposer takes back what is not decided yet, and says why; co-proposers and reviewers are spared it."""

from sqlalchemy import delete, func, select

from chassis.problems import Forbidden, NotFound, WrongState
from chassis.work import Work
from services.proposals import tables
from services.proposals.joint import cancel_invitations, invitations_of
from services.proposals.review_tasks import close_review_tasks
from services.proposals.rules.states import Step, after
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.joint_commands import WithdrawProposal
from tongxin_contracts.proposals.review_events import ProposalWithdrawn


async def withdraw_proposal(command: WithdrawProposal, work: Work) -> Done:
    """Withdraw it; raises WrongState once it is decided or others were merged into it."""
    proposal = await work.load(tables.proposal, command.proposal_id)
    if work.actor.person != proposal["first_proposer"]:
        if work.actor.person in proposal["co_proposers"]:
            raise Forbidden("只有第一提案人可以撤回；您可以联系第一提案人")
        raise NotFound
    state = after(tables.STATES[proposal["state"]], Step.WITHDRAW)
    proposal.expect(command.expected_version)
    merged = await work.tx.sql.scalar(
        select(func.count()).select_from(tables.proposal).where(tables.proposal.c.merged_into == proposal.id)
    )
    if merged:
        raise WrongState("已有其他提案并入这件提案，不能撤回；请联系提案委员会办公室")
    proposal.change(state=state, decided_at=work.now, review_due_at=None, explanation=command.reason)
    proposal.state(
        ProposalWithdrawn(
            proposal_id=proposal.id,
            title=proposal["title"],
            first_proposer=proposal["first_proposer"],
            co_proposers=tuple(proposal["co_proposers"]),
            reason=command.reason,
        )
    )
    proposal.note("withdraw_proposal", reason=command.reason)
    await work.tx.sql.execute(delete(tables.draft).where(tables.draft.c.id == proposal.id))
    await cancel_invitations(await invitations_of(proposal.id, work), work, reason="提案已撤回")
    await close_review_tasks([proposal.id], work)
    await work.cancel_deadlines(proposal.id)
    return Done(id=proposal.id, version=proposal.version)
