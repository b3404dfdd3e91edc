"""Somebody was erased: their drafts go, who was asked to sign them is asked no more, and they are asked nothing either."""

from collections.abc import Sequence

from sqlalchemy import select

from chassis.inbox import Incoming
from chassis.personal import erase
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.erasure import ERASURE
from services.proposals.joint import cancel_invitations
from tongxin_contracts.members.erasure import PersonErased
from tongxin_contracts.words import InvitationState


async def on_person_erased(events: Sequence[Incoming[PersonErased]], work: Work) -> None:
    """Take back what was asked, then empty everything of these people."""
    people = [event.data.person_id for event in events]
    invitation = review_tables.invitation
    theirs = select(tables.draft.c.id).where(tables.draft.c.author.in_(people))
    found = await work.tx.sql.scalars(
        select(invitation.c.id).where(
            invitation.c.draft_id.in_(theirs)
            | (invitation.c.person.in_(people) & (invitation.c.state == InvitationState.INVITED))
        )
    )
    asked = await work.load_many(invitation, list(found))
    for one in asked:
        if one["first_proposer"] in people:
            one.change(title="（已删除的草稿）")
    await cancel_invitations(asked, work, reason="个人信息已删除")
    await erase(ERASURE, people, work)
