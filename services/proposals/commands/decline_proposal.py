"""不予立案, on one of the ten grounds (national rules, 2011 text); the proposer is told at once."""

from chassis.work import Work
from services.proposals.commands.review import take_decision
from services.proposals.rules.review import Decision
from services.proposals.rules.states import Step
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.commands import DeclineProposal
from tongxin_contracts.proposals.events import ProposalNotFiled
from tongxin_contracts.words import ReviewOutcome


async def decline_proposal(command: DeclineProposal, work: Work) -> Done:
    """Do not file it; the ground is stored as a code, the explanation as it was written."""
    proposal = await take_decision(
        work,
        command.proposal_id,
        command.expected_version,
        Step.NOT_FILE,
        Decision(ReviewOutcome.NOT_FILE, command.ground, command.explanation),
    )
    proposal.state(
        ProposalNotFiled(
            proposal_id=proposal.id,
            title=proposal["title"],
            first_proposer=proposal["first_proposer"],
            ground=command.ground,
            explanation=command.explanation,
        )
    )
    proposal.note("decline_proposal", reason=command.explanation or command.ground.label)
    return Done(id=proposal.id, version=proposal.version)
