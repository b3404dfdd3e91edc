"""Proposals that one could be merged into: those whose titles share most pairs of characters with it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select, text

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import tables
from services.proposals.rules.similar import pairs
from tongxin_contracts.proposals.review_queries import (
    SimilarProposal,
    SimilarProposals,
    SimilarProposalsAnswer,
)

LOOKED_BACK: Final = timedelta(days=2 * 366)
"""Merged is what comes in together; what was filed in earlier years is found by its list."""
_LIKE: Final = """
select p.id, p.title, p.number, p.state, p.category, p.first_proposer,
    (select count(*) from unnest(cast(:pairs as text[])) pair where position(pair in p.title) > 0) as shared
from proposal p
where p.committee = :committee and p.submitted_at > :since and p.id <> :id and p.state in ('submitted', 'filed')
    and (cast(:search as text) = '' or position(cast(:search as text) in p.title) > 0 or p.number = cast(:search as text))
order by shared desc, p.submitted_at desc
limit 10
"""


async def similar_proposals(query: SimilarProposals, work: Work) -> SimilarProposalsAnswer:
    """At most ten, the likest first; with words typed, those that contain them."""
    title = await work.tx.sql.scalar(
        select(tables.proposal.c.title).where(
            tables.proposal.c.id == query.proposal_id, tables.proposal.c.committee == work.committee
        )
    )
    if title is None:
        raise NotFound
    search = query.search.strip()
    rows = await work.tx.sql.execute(
        text(_LIKE),
        {
            "pairs": pairs(title),
            "committee": work.committee,
            "id": query.proposal_id,
            "search": search,
            "since": work.now - LOOKED_BACK,
        },
    )
    return SimilarProposalsAnswer(
        proposals=[
            SimilarProposal(
                proposal_id=row.id,
                title=row.title,
                number=row.number,
                state=row.state,
                category=row.category,
                first_proposer=row.first_proposer,
            )
            for row in rows
            if row.shared or search
        ]
    )
