"""One's own draft."""

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import tables
from tongxin_contracts.proposals.queries import Draft, DraftAnswer


async def draft(query: Draft, work: Work) -> DraftAnswer:
    """The draft as last saved; raises NotFound for anybody else's."""
    found = (
        await work.tx.sql.execute(select(tables.draft).where(tables.draft.c.id == query.draft_id))
    ).one_or_none()
    if found is None or found.author != work.actor.person:
        raise NotFound
    return DraftAnswer(
        draft_id=found.id,
        revision=found.revision,
        saved_at=found.saved_at,
        title=found.title,
        facts=found.facts,
        analysis=found.analysis,
        suggestions=list(found.suggestions),
        category=found.category,
        returned_because=found.returned_because,
    )
