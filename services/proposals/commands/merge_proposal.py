"""并案: two proposals on one matter go on as one, and nobody's name is lost.

Both are locked in the order of their ids before anything is decided, so that two mergers cannot wait for each other.
"""

from chassis.problems import Invalid, NotFound
from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.commands.review import take_decision
from services.proposals.rules.review import Decision
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.commands import Decided
from tongxin_contracts.proposals.review_commands import MergeProposal
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalMerged
from tongxin_contracts.words import ProposalState, ReviewOutcome

_GOES_ON = (ProposalState.SUBMITTED, ProposalState.FILED)


async def merge_proposal(command: MergeProposal, work: Work) -> Decided:
    """Merge it, or recommend to; raises Invalid where the other one cannot take it in."""
    known = {
        found.id: found
        for found in await work.load_many(tables.proposal, [command.proposal_id, command.into])
    }
    if command.proposal_id not in known:
        raise NotFound
    survivor = _survivor(command, known.get(command.into))
    decision = Decision(
        ReviewOutcome.MERGE,
        reason=command.explanation,
        into=command.into,
        disputed=command.disputed,
    )
    taken = await take_decision(work, command.proposal_id, command.expected_version, decision)
    if taken.takes_effect:
        _merge(taken.proposal, survivor, command.explanation)
    return Decided(id=taken.proposal.id, version=taken.proposal.version, next_round=taken.next_round)


def _survivor(command: MergeProposal, found: Aggregate | None) -> Aggregate:
    problem = None
    if command.into == command.proposal_id:
        problem = "不能并入这件提案自己，请另选一件。"
    elif found is None:
        problem = "没有找到要并入的提案，请从列表中选择。"
    elif found["state"] not in _GOES_ON:
        problem = f"要并入的提案{tables.STATES[found['state']].label}，只能并入正在审查或已立案的提案。"
    if problem or found is None:
        raise Invalid(errors=[FieldProblem(field="into", message=problem or "")])
    return found


def _merge(proposal: Aggregate, survivor: Aggregate, explanation: str) -> None:
    """The survivor gains every author that it does not have yet, in their order."""
    authors = (proposal["first_proposer"], *proposal["co_proposers"])
    there = (survivor["first_proposer"], *survivor["co_proposers"])
    joined = tuple(author for author in authors if author not in there)
    proposal.change(merged_into=survivor.id)
    proposal.state(
        ProposalMerged(
            proposal_id=proposal.id,
            into=survivor.id,
            into_number=survivor["number"],
            title=proposal["title"],
            into_title=survivor["title"],
            first_proposer=proposal["first_proposer"],
            co_proposers=tuple(proposal["co_proposers"]),
            explanation=explanation,
        )
    )
    proposal.note("merge_proposal", reason=f"并入{survivor['number'] or ''}《{survivor['title']}》")
    survivor.change(co_proposers=[*survivor["co_proposers"], *joined], joined=[*survivor["joined"], *joined])
    survivor.state(
        ProposalAuthorsJoined(
            proposal_id=survivor.id,
            merged=proposal.id,
            title=survivor["title"],
            number=survivor["number"],
            first_proposer=survivor["first_proposer"],
            joined=joined,
            co_proposers=tuple(survivor["co_proposers"]),
        )
    )
    survivor.note("take_in_merged", reason=f"并入《{proposal['title']}》，增加联名人 {len(joined)} 人")
