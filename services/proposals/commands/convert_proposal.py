"""转为社情民意信息或意见建议: worth passing on, but no proposal; its proposers are told."""

from chassis.work import Work
from services.proposals.commands.review import take_decision
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.commands import Decided
from tongxin_contracts.proposals.review_commands import ConvertProposal
from tongxin_contracts.proposals.review_events import ProposalConverted
from tongxin_contracts.words import ReviewOutcome


async def convert_proposal(command: ConvertProposal, work: Work) -> Decided:
    """Convert it, or recommend to."""
    decision = Decision(
        ReviewOutcome.CONVERT,
        reason=command.explanation,
        target=command.target,
        disputed=command.disputed,
    )
    taken = await take_decision(work, command.proposal_id, command.expected_version, decision)
    proposal = taken.proposal
    if taken.takes_effect:
        proposal.change(converted_to=command.target)
        proposal.state(
            ProposalConverted(
                proposal_id=proposal.id,
                target=command.target,
                title=proposal["title"],
                first_proposer=proposal["first_proposer"],
                co_proposers=tuple(proposal["co_proposers"]),
                explanation=command.explanation,
            )
        )
        proposal.note("convert_proposal", reason=f"转为{command.target.label}。{command.explanation}".strip())
    return Decided(id=proposal.id, version=proposal.version, next_round=taken.next_round)
