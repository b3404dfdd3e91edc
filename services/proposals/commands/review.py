"""What all decisions of a review share, for one proposal or a hundred.

Always holds: the proposal waits in a round the reviewer sits in, nobody changed it since it was read, and it is not the
reviewer's own; each round's word is kept; before the last round nothing takes effect that the scheme does not say.
The number of statements does not depend on the number of proposals.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis.ids import new_id
from chassis.problems import Forbidden, NotFound, Refusal, from_rule
from chassis.work import Aggregate, Work
from services.proposals import review_tables, tables
from services.proposals.review_tasks import close_review_tasks, open_review_tasks
from services.proposals.rules.review import (
    Decision,
    ReviewScheme,
    Verdict,
    decide,
    require_seat,
    step_of,
)
from services.proposals.rules.states import after
from services.proposals.schemes import schemes_of
from tongxin_contracts.proposals.review_events import ProposalRecommended
from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import ReviewOutcome


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision asked for."""

    proposal_id: UUID
    expected_version: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A decision that is taken: a recommendation, or one that the caller now carries out."""

    proposal: Aggregate
    verdict: Verdict
    next_round: str | None
    """The name of the round that has it next."""

    @property
    def takes_effect(self) -> bool:
        """Whether the review of this proposal has ended."""
        return self.verdict.step is not None


async def take_decision(work: Work, proposal_id: UUID, expected_version: int, decision: Decision) -> Taken:
    """Decide on one proposal.

    Raises WrongState by the graph and the round, VersionClash by the version read, Invalid by the scheme, Forbidden
    for one's own.
    """
    (taken,) = await take_decisions(work, [Asked(proposal_id, expected_version)], decision)
    if isinstance(taken, Refusal):
        raise taken
    return taken


async def take_decisions(work: Work, asked: Sequence[Asked], decision: Decision) -> list[Taken | Refusal]:
    """Decide alike on many; the outcome of each in the order asked for, a refusal stops none of the others."""
    ids = list(dict.fromkeys(one.proposal_id for one in asked))
    proposals = {found.id: found for found in await work.load_many(tables.proposal, ids)}
    schemes = await schemes_of(work, [found["scheme_id"] for found in proposals.values()])
    earlier = await _earlier(work, proposals)
    taken: list[Taken | Refusal] = []
    for one in asked:
        proposal = proposals.get(one.proposal_id)
        try:
            if proposal is None:
                raise NotFound
            scheme = schemes[proposal["scheme_id"]]
            verdict = _verdict(proposal, one, scheme, decision, earlier.get(proposal.id, ()), work)
            taken.append(_apply(proposal, scheme, verdict, decision, work))
        except (Refusal, Refused) as refused:
            taken.append(from_rule(refused) if isinstance(refused, Refused) else refused)
    done = [one for one in taken if isinstance(one, Taken)]
    _keep_words(done, decision, work)
    await _settle(done, work)
    return taken


async def _earlier(work: Work, proposals: Mapping[UUID, Aggregate]) -> Mapping[UUID, Sequence[ReviewOutcome]]:
    """What earlier rounds said of the texts handed in last; nobody is asked about a first round."""
    later_rounds = [found.id for found in proposals.values() if found["round"] > 0]
    if not later_rounds:
        return {}
    table = review_tables.recommendation
    rows = await work.tx.sql.execute(
        select(table.c.proposal_id, table.c.submission, table.c.outcome).where(
            table.c.proposal_id.in_(later_rounds)
        )
    )
    said = defaultdict(list)
    for row in rows:
        if row.submission == proposals[row.proposal_id]["submission"]:
            said[row.proposal_id].append(ReviewOutcome.of(row.outcome))
    return said


def _verdict(
    proposal: Aggregate,
    asked: Asked,
    scheme: ReviewScheme,
    decision: Decision,
    earlier: Sequence[ReviewOutcome],
    work: Work,
) -> Verdict:
    after(tables.STATES[proposal["state"]], step_of(decision.outcome))
    proposal.expect(asked.expected_version)
    require_seat(scheme, proposal["round"], work.actor.roles)
    if work.actor.person in (proposal["first_proposer"], *proposal["co_proposers"]):
        raise Forbidden("这是您本人参与提出的提案，请由其他审查人员办理")
    return decide(scheme, proposal["round"], decision, earlier, disputed=proposal["disputed"])


def _apply(
    proposal: Aggregate, scheme: ReviewScheme, verdict: Verdict, decision: Decision, work: Work
) -> Taken:
    """Move the proposal to its next round or out of review; keep what this round said."""
    now = proposal["round"]
    proposal.change(disputed=verdict.disputed)
    if verdict.next_round is None:
        assert verdict.step is not None
        proposal.change(
            state=after(tables.STATES[proposal["state"]], verdict.step),
            decided_at=work.now,
            decided_by_rule=verdict.rule_version,
            review_due_at=None,
            ground=decision.ground,
            explanation=decision.reason or None,
        )
        return Taken(proposal, verdict, None)
    following = scheme.rounds[verdict.next_round]
    proposal.change(
        round=verdict.next_round, round_name=following.name, seats=[str(seat) for seat in following.seats]
    )
    proposal.state(
        ProposalRecommended(
            proposal_id=proposal.id,
            title=proposal["title"],
            round=now,
            round_name=scheme.rounds[now].name,
            outcome=decision.outcome,
            ground=decision.ground,
            disputed=verdict.disputed,
            next_round=verdict.next_round,
            next_round_name=following.name,
            rule_version=verdict.rule_version,
        )
    )
    proposal.note(
        "recommend_proposal",
        reason=f"{scheme.rounds[now].name}：建议{decision.outcome.label}；转{following.name}",
    )
    return Taken(proposal, verdict, following.name)


def _keep_words(taken: Sequence[Taken], decision: Decision, work: Work) -> None:
    """Keep what the round said on each, by whom and when: shown to later rounds and never changed."""
    rows = [_word(one, decision, work) for one in taken]
    work.insert_later(review_tables.recommendation, rows)


def _word(taken: Taken, decision: Decision, work: Work) -> dict[str, object]:
    proposal = taken.proposal
    before = proposal.changes.get("round", [proposal["round"]])[0]
    name = proposal.changes.get("round_name", [proposal["round_name"]])[0]
    return {
        "id": new_id(),
        "committee": proposal["committee"],
        "proposal_id": proposal.id,
        "submission": proposal["submission"],
        "round": before,
        "round_name": name or "",
        "person": work.actor.person,
        "at": work.now,
        "outcome": decision.outcome,
        "ground": decision.ground,
        "reason": decision.reason,
        "disputed": decision.disputed,
        "into_id": decision.into,
        "target": decision.target,
        "rule_version": taken.verdict.rule_version,
    }


async def _settle(taken: Sequence[Taken], work: Work) -> None:
    """What was to be done is done; the next round's people have it now."""
    if not taken:
        return
    await close_review_tasks([one.proposal.id for one in taken], work)
    ended = [one.proposal.id for one in taken if one.takes_effect]
    if ended:
        await work.cancel_deadlines(ended)
    await open_review_tasks([one.proposal for one in taken if not one.takes_effect], work)
