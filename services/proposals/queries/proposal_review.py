"""Where one proposal stands in its review: rounds, what each said, notes. For reviewers, never for its authors."""

from typing import Any

from sqlalchemy import select

from chassis.problems import Forbidden, NotFound
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.queries.review_scheme import round_rows
from services.proposals.schemes import schemes_of
from tongxin_contracts.proposals.review_queries import (
    ProposalReview,
    ProposalReviewAnswer,
    Recommendation,
    ReviewNote,
)
from tongxin_contracts.words import ProposalState


async def proposal_review(query: ProposalReview, work: Work) -> ProposalReviewAnswer:
    """The review of one proposal; raises Forbidden to its own authors, whatever else they are."""
    found = (
        await work.tx.sql.execute(select(tables.proposal).where(tables.proposal.c.id == query.proposal_id))
    ).one_or_none()
    if found is None or found.committee != work.committee:
        raise NotFound
    if work.actor.person in (found.first_proposer, *found.co_proposers):
        raise Forbidden("这是您本人参与提出的提案，审查过程不对提案人开放")
    scheme = (await schemes_of(work, [found.scheme_id]))[found.scheme_id]
    sits = bool({role.value for role in work.actor.roles} & set(found.seats))
    return ProposalReviewAnswer(
        proposal_id=found.id,
        version=found.version,
        state=found.state,
        rule_version=scheme.rule_version,
        scheme_name=scheme.name,
        rounds=round_rows(scheme),
        round=found.round,
        disputed=found.disputed,
        submission=found.submission,
        grounds=list(scheme.grounds),
        may_decide=found.state == ProposalState.SUBMITTED and sits,
        is_last=found.round == len(scheme.rounds) - 1,
        recommendations=await _recommendations(found, work),
        notes=await _notes(found, work),
    )


async def _recommendations(proposal: Any, work: Work) -> list[Recommendation]:
    said = review_tables.recommendation
    rows = await work.tx.sql.execute(
        select(said, tables.proposal.c.title.label("into_title"))
        .outerjoin(tables.proposal, tables.proposal.c.id == said.c.into_id)
        .where(said.c.proposal_id == proposal.id)
        .order_by(said.c.submission, said.c.round, said.c.at)
    )
    return [
        Recommendation(
            round=row.round,
            round_name=row.round_name,
            person=row.person,
            at=row.at,
            outcome=row.outcome,
            ground=row.ground,
            reason=row.reason,
            disputed=row.disputed,
            into=row.into_id,
            into_title=row.into_title,
            target=row.target,
            submission=row.submission,
        )
        for row in rows
    ]


async def _notes(proposal: Any, work: Work) -> list[ReviewNote]:
    note = review_tables.review_note
    rows = await work.tx.sql.execute(
        select(note).where(note.c.proposal_id == proposal.id).order_by(note.c.at)
    )
    return [ReviewNote(person=row.person, at=row.at, note=row.note) for row in rows]
