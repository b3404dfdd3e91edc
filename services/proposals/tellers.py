"""What proposals tells of a proposal to whoever does not know it: that it was handed in, filed, joined, taken back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.database import Transaction
from chassis.tellers import Teller, Told, tells_tasks
from services.proposals import tables
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalWithdrawn
from tongxin_contracts.words import Category, ProposalKind, ProposalState

_FIRST: Final = """
select aggregate, min(at) as at from history where aggregate = any($1) and action = 'submit_proposal' group by aggregate
"""
"""A proposal's first submission counts; its row has the last."""
_MERGED: Final = """
select distinct on (merged_into) merged_into, id from proposal where merged_into = any($1) order by merged_into, id
"""


async def _proposals(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
    first = {row["aggregate"]: row["at"] for row in await tx.raw.fetch(_FIRST, list(ids))}
    merged = {row["merged_into"]: row["id"] for row in await tx.raw.fetch(_MERGED, list(ids))}
    rows = await tx.sql.execute(select(tables.proposal).where(tables.proposal.c.id.in_(ids)))
    return {row.id: list(_told(row, first.get(row.id, row.submitted_at), merged.get(row.id))) for row in rows}


def _told(row: Any, submitted_at: datetime, merged: UUID | None) -> Iterator[Told]:
    signed = tuple(person for person in row.co_proposers if person not in row.joined)
    yield Told(
        event=ProposalSubmitted(
            proposal_id=row.id,
            kind=ProposalKind(row.kind),
            category=Category(row.category),
            title=row.title,
            first_proposer=row.first_proposer,
            co_proposers=signed,
        ),
        at=submitted_at,
        actor=str(row.first_proposer),
    )
    if row.number is not None:
        yield Told(event=_filed(row, signed), at=row.decided_at)
    if merged is not None:
        yield Told(
            event=ProposalAuthorsJoined(
                proposal_id=row.id,
                merged=merged,
                title=row.title,
                number=row.number,
                first_proposer=row.first_proposer,
                joined=tuple(row.joined),
                co_proposers=tuple(row.co_proposers),
            ),
            at=row.decided_at or submitted_at,
        )
    if row.state == ProposalState.WITHDRAWN.value:
        yield Told(
            event=ProposalWithdrawn(
                proposal_id=row.id,
                title=row.title,
                first_proposer=row.first_proposer,
                co_proposers=tuple(row.co_proposers),
                reason=row.explanation or "",
            ),
            at=row.decided_at,
        )


def _filed(row: Any, co_proposers: tuple[UUID, ...]) -> ProposalFiled:
    return ProposalFiled(
        proposal_id=row.id,
        number=row.number,
        term=row.term,
        session=row.session,
        serial=row.serial,
        kind=ProposalKind(row.kind),
        category=Category(row.category),
        title=row.title,
        suggestions=tuple(row.suggestions),
        facts=row.facts,
        analysis=row.analysis,
        first_proposer=row.first_proposer,
        co_proposers=co_proposers,
    )


TELLERS = (
    Teller(
        table="proposal",
        tells=(ProposalSubmitted, ProposalFiled, ProposalAuthorsJoined, ProposalWithdrawn),
        tell=_proposals,
    ),
    tells_tasks("proposals"),
)
