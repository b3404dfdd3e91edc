"""Many decisions alike in one transaction: one that cannot be taken stops none of the others.

The number of statements is the same for one proposal and for a hundred.
"""

from chassis.problems import Refusal
from chassis.work import Work
from services.proposals.commands.review import Asked, Taken, take_decisions
from services.proposals.filing import carry_out_declining, carry_out_filing, carry_out_returning
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.review_commands import (
    BulkItem,
    BulkResult,
    BulkReviewed,
    ReviewInBulk,
)
from tongxin_contracts.words import ReviewOutcome


async def review_in_bulk(command: ReviewInBulk, work: Work) -> BulkReviewed:
    """Decide on each; what became of each, in their order. Somebody named twice in the list is decided once."""
    decision = Decision(command.outcome, command.ground, command.reason.strip(), disputed=command.disputed)
    asked = [Asked(item.proposal_id, item.expected_version) for item in command.items]
    taken = await take_decisions(work, asked, decision)
    ended = [one.proposal for one in taken if isinstance(one, Taken) and one.takes_effect]
    match command.outcome:
        case ReviewOutcome.FILE:
            await carry_out_filing(ended, work)
        case ReviewOutcome.RETURN:
            await carry_out_returning(ended, decision, work)
        case ReviewOutcome.NOT_FILE:
            await carry_out_declining(ended, decision, work)
    return BulkReviewed(results=[_result(item, one) for item, one in zip(command.items, taken, strict=True)])


def _result(item: BulkItem, taken: Taken | Refusal) -> BulkResult:
    if isinstance(taken, Refusal):
        words = "；".join([error.message for error in taken.errors] or [taken.detail or taken.title])
        return BulkResult(proposal_id=item.proposal_id, version=None, problem=words)
    return BulkResult(
        proposal_id=item.proposal_id,
        version=taken.proposal.version,
        number=taken.proposal["number"],
        next_round=taken.next_round,
    )
