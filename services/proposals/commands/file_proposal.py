"""立案: the proposal gets the next number of its committee's term and session."""

from chassis.work import Work
from services.proposals.commands.review import take_decision
from services.proposals.filing import carry_out_filing
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.commands import FileProposal, ProposalFiledAnswer
from tongxin_contracts.words import ReviewOutcome


async def file_proposal(command: FileProposal, work: Work) -> ProposalFiledAnswer:
    """File it, or recommend to; raises WrongState when it does not wait for review or the committee has no session."""
    taken = await take_decision(
        work,
        command.proposal_id,
        command.expected_version,
        Decision(ReviewOutcome.FILE, disputed=command.disputed),
    )
    if taken.takes_effect:
        await carry_out_filing([taken.proposal], work)
    proposal = taken.proposal
    return ProposalFiledAnswer(
        id=proposal.id, version=proposal.version, number=proposal["number"], next_round=taken.next_round
    )
