"""A remark from reviewer to reviewer. It is no part of the proposal's history, which proposers read."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.problems import Forbidden, NotFound
from chassis.work import Work
from services.proposals import review_tables, tables
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.review_commands import AddReviewNote


async def add_review_note(command: AddReviewNote, work: Work) -> Done:
    """Add it; raises Forbidden to the proposal's own authors."""
    found = (
        await work.tx.sql.execute(select(tables.proposal).where(tables.proposal.c.id == command.proposal_id))
    ).one_or_none()
    if found is None or found.committee != work.committee:
        raise NotFound
    if work.actor.person in (found.first_proposer, *found.co_proposers):
        raise Forbidden("这是您本人参与提出的提案，审查意见不对提案人开放")
    await work.tx.sql.execute(
        insert(review_tables.review_note)
        .values(
            id=command.note_id,
            committee=work.committee,
            proposal_id=found.id,
            person=work.actor.person,
            at=work.now,
            note=command.note,
        )
        .on_conflict_do_nothing()
    )
    work.hint("proposal", work.committee)
    return Done(id=found.id, version=found.version)
