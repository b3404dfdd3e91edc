"""Everything one person writes or wrote."""

from sqlalchemy import select

from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.joint import invitation_row
from services.proposals.queries.summaries import summary
from tongxin_contracts.message import PAGE_SIZE
from tongxin_contracts.proposals.queries import DraftSummary, MyProposals, MyProposalsAnswer
from tongxin_contracts.words import InvitationState


async def my_proposals(_query: MyProposals, work: Work) -> MyProposalsAnswer:
    """One's own drafts and proposals, the newest first."""
    person = work.actor.person
    drafts = await work.tx.sql.execute(
        select(tables.draft)
        .where(tables.draft.c.author == person)
        .order_by(tables.draft.c.saved_at.desc())
        .limit(PAGE_SIZE)
    )
    # Two lookups and not one `or`, which would read every proposal there is.
    first = select(tables.proposal.c.id).where(tables.proposal.c.first_proposer == person)
    joined = select(tables.co_proposer.c.proposal_id).where(tables.co_proposer.c.person == person)
    proposals = await work.tx.sql.execute(
        select(tables.proposal)
        .where(tables.proposal.c.id.in_(first.union(joined)))
        .order_by(tables.proposal.c.submitted_at.desc())
        .limit(PAGE_SIZE)
    )
    invitation = review_tables.invitation
    waiting = await work.tx.sql.execute(
        select(invitation)
        .where(invitation.c.person == person, invitation.c.state == InvitationState.INVITED)
        .order_by(invitation.c.invited_at.desc())
        .limit(PAGE_SIZE)
    )
    return MyProposalsAnswer(
        drafts=[
            DraftSummary(
                draft_id=row.id,
                title=row.title,
                revision=row.revision,
                saved_at=row.saved_at,
                returned=row.returned_because is not None,
            )
            for row in drafts
        ],
        proposals=[summary(row) for row in proposals],
        invitations=[invitation_row(row, None) for row in waiting],
    )
