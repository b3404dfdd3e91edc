"""不予立案, on one of the ten grounds (national rules, 2011 text); the proposers are told at once."""

from chassis.work import Work
from services.proposals.commands.review import take_decision
from services.proposals.filing import carry_out_declining
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.commands import Decided, DeclineProposal
from tongxin_contracts.words import ReviewOutcome


async def decline_proposal(command: DeclineProposal, work: Work) -> Decided:
    """Do not file it, or recommend not to; the ground is stored as a code, the explanation as it was written."""
    decision = Decision(
        ReviewOutcome.NOT_FILE, command.ground, command.explanation, disputed=command.disputed
    )
    taken = await take_decision(work, command.proposal_id, command.expected_version, decision)
    if taken.takes_effect:
        await carry_out_declining([taken.proposal], decision, work)
    return Decided(id=taken.proposal.id, version=taken.proposal.version, next_round=taken.next_round)
