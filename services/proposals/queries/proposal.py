"""One proposal with its history."""

from typing import Any, Final

from sqlalchemy import select

from chassis import history
from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import tables
from services.proposals.hints import followed
from services.proposals.joint import attachment_rows
from tongxin_contracts.message import HistoryEntry
from tongxin_contracts.permissions import Scope
from tongxin_contracts.proposals.queries import Proposal, ProposalAnswer
from tongxin_contracts.words import ProposalState

OUTSIDE: Final = ("submit_proposal", "file_proposal")
"""Steps that readers outside see: that it was handed in and filed; what was returned and why stays inside
(decision 12)."""
AMONG_REVIEWERS: Final = ("disputed", "seats")
"""Columns whose changes authors do not see."""


async def proposal(query: Proposal, work: Work) -> ProposalAnswer:
    """The proposal, for whoever may see it; raises NotFound for everybody else."""
    found = (
        await work.tx.sql.execute(select(tables.proposal).where(tables.proposal.c.id == query.proposal_id))
    ).one_or_none()
    if found is None or not _may_see(found, work):
        raise NotFound
    past = await history.read(work.tx, found.id)
    whole = may_see_whole(found, work)
    return ProposalAnswer(
        proposal_id=found.id,
        committee=found.committee,
        version=found.version,
        number=found.number,
        state=found.state,
        kind=found.kind,
        category=found.category,
        title=found.title,
        facts=found.facts,
        analysis=found.analysis,
        suggestions=list(found.suggestions),
        first_proposer=found.first_proposer,
        co_proposers=list(found.co_proposers),
        submitted_at=found.submitted_at,
        review_due_at=found.review_due_at,
        decided_at=found.decided_at,
        ground=found.ground,
        explanation=found.explanation if whole else None,
        attachments=await attachment_rows(found.id, work) if whole else [],
        merged_into=found.merged_into,
        converted_to=found.converted_to,
        round_name=found.round_name if whole else None,
        hint=await followed(found.hint_id, work),
        history=_history(found, past.entries, work, whole=whole),
        history_intact=past.intact,
    )


def _history(row: Any, entries: list[HistoryEntry], work: Work, *, whole: bool) -> list[HistoryEntry]:
    """All of it for reviewers; authors see that a round has spoken but not what it recommends."""
    if not whole:
        return [_outside(entry) for entry in entries if entry.action in OUTSIDE]
    if work.actor.person not in (row.first_proposer, *row.co_proposers):
        return entries
    return [
        entry.model_copy(
            update={
                "changes": {
                    name: change for name, change in entry.changes.items() if name not in AMONG_REVIEWERS
                },
                "reason": None if entry.action == "recommend_proposal" else entry.reason,
            }
        )
        for entry in entries
    ]


def may_see_whole(row: Any, work: Work) -> bool:
    """The authors and the committee's own offices see how it came about; everybody else sees what came of it."""
    if work.scope is Scope.OWN:
        return work.actor.person in (row.first_proposer, *row.co_proposers)
    return bool(row.committee == work.actor.committee)


def _outside(entry: HistoryEntry) -> HistoryEntry:
    """A line without earlier texts and reasons."""
    return entry.model_copy(update={"changes": {}, "reason": None})


def _may_see(row: Any, work: Work) -> bool:
    """What is filed whoever may ask at all; before that its authors and its committee's offices."""
    return bool(row.state == ProposalState.FILED) or may_see_whole(row, work)
