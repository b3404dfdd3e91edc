"""What consultation keeps of proposals and units: what can be taken as a topic, and who works where."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update

from chassis.keepers import Keeper
from chassis.work import Work
from services.consultation import tables
from services.consultation.reactions.authors_joined import on_authors_joined
from services.consultation.reactions.proposal_filed import on_proposal_filed
from services.consultation.reactions.units import on_unit_registered, on_unit_staffed
from tongxin_contracts.members.events import UnitRegistered, UnitStaffed
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined


async def _forget_candidates(ids: Sequence[UUID], work: Work) -> None:
    """A topic that was taken already stays: it is this service's own, and staff decide about it."""
    candidate = tables.candidate.c
    await work.tx.sql.execute(
        delete(tables.candidate).where(candidate.proposal_id.in_(ids), candidate.topic_id.is_(None))
    )


async def _forget_units(ids: Sequence[UUID], work: Work) -> None:
    """Nobody works there and nobody can choose it; its name stays for what names it already."""
    unit, post = tables.unit, tables.unit_post
    await work.tx.sql.execute(update(unit).where(unit.c.id.in_(ids)).values(active=False))
    await work.tx.sql.execute(delete(post).where(post.c.unit_id.in_(ids)))


KEEPERS = (
    Keeper(
        of={ProposalFiled: on_proposal_filed, ProposalAuthorsJoined: on_authors_joined},
        forget=_forget_candidates,
        hint="topic",
    ),
    Keeper(of={UnitRegistered: on_unit_registered, UnitStaffed: on_unit_staffed}, forget=_forget_units),
)
