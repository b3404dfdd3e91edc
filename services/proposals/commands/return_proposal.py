"""退回修改: the proposer gets it back as a draft, with what is to be changed."""

from chassis.work import Work
from services.proposals.commands.review import take_decision
from services.proposals.filing import carry_out_returning
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.commands import Decided, ReturnProposal
from tongxin_contracts.words import ReviewOutcome


async def return_proposal(command: ReturnProposal, work: Work) -> Decided:
    """Give it back, or recommend to."""
    decision = Decision(ReviewOutcome.RETURN, reason=command.reason, disputed=command.disputed)
    taken = await take_decision(work, command.proposal_id, command.expected_version, decision)
    if taken.takes_effect:
        await carry_out_returning([taken.proposal], decision, work)
    return Decided(id=taken.proposal.id, version=taken.proposal.version, next_round=taken.next_round)
