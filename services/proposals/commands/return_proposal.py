"""退回修改: the proposer gets it back as a draft, with what is to be changed."""

from sqlalchemy import insert

from chassis.tasks import Opened
from chassis.work import Work
from services.proposals import tables
from services.proposals.commands.review import take_decision
from services.proposals.rules.review import Decision
from services.proposals.rules.states import Step
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.commands import ReturnProposal
from tongxin_contracts.proposals.events import ProposalReturned
from tongxin_contracts.words import ReviewOutcome, TaskKind


async def return_proposal(command: ReturnProposal, work: Work) -> Done:
    """Give it back; the text as handed in becomes the draft to go on from."""
    proposal = await take_decision(
        work,
        command.proposal_id,
        command.expected_version,
        Step.RETURN,
        Decision(ReviewOutcome.RETURN, reason=command.reason),
    )
    await work.tx.sql.execute(
        insert(tables.draft).values(
            id=proposal.id,
            committee=proposal["committee"],
            author=proposal["first_proposer"],
            revision=1,
            saved_at=work.now,
            title=proposal["title"],
            facts=proposal["facts"],
            analysis=proposal["analysis"],
            suggestions=proposal["suggestions"],
            category=proposal["category"],
            returned_because=command.reason,
        )
    )
    proposal.state(
        ProposalReturned(
            proposal_id=proposal.id,
            title=proposal["title"],
            first_proposer=proposal["first_proposer"],
            reason=command.reason,
        )
    )
    proposal.note("return_proposal", reason=command.reason)
    await work.open_task(
        Opened(
            kind=TaskKind.REVISE_PROPOSAL,
            matter=proposal.id,
            title=proposal["title"],
            person=proposal["first_proposer"],
        )
    )
    return Done(id=proposal.id, version=proposal.version)
