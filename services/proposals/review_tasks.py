"""Who has a proposal to review: one task for each role that sits in its round, closed when the round has spoken."""

from collections.abc import Iterable
from uuid import UUID

from chassis.ids import derived_id
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals.rules.review import SEATS
from tongxin_contracts.words import TaskKind


async def open_review_tasks(proposals: Iterable[Aggregate], work: Work) -> None:
    """Open them for the rounds the proposals are in now; one statement."""
    await work.open_tasks(
        [
            Opened(
                kind=TaskKind.REVIEW_PROPOSAL,
                matter=_matter(proposal.id, place, role),
                about=proposal.id,
                title=proposal["title"],
                role=role,
                due_at=proposal["review_due_at"],
            )
            for proposal in proposals
            for place, role in enumerate(proposal["seats"])
        ]
    )


async def close_review_tasks(proposals: Iterable[UUID], work: Work) -> None:
    """Close whatever anybody has to do on these proposals."""
    await work.close_tasks([matter for id_ in proposals for matter in (id_, *_others(id_))])


def _matter(proposal_id: UUID, place: int, role: str) -> UUID:
    """The proposal itself for the first seat; a task stands for one role, so further seats have matters of their own."""
    return proposal_id if place == 0 else derived_id("seat", proposal_id, role)


def _others(proposal_id: UUID) -> list[UUID]:
    return [derived_id("seat", proposal_id, role) for role in SEATS]
