"""An invitation with the draft as it is saved now, for the two it is between."""

from typing import Any

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.joint import attachment_rows, draft_digest, invitation_row
from tongxin_contracts.proposals.joint_queries import Invitation, InvitationAnswer
from tongxin_contracts.words import InvitationState


async def invitation(query: Invitation, work: Work) -> InvitationAnswer:
    """The text to be confirmed; raises NotFound for everybody else, and for the invited once it is cancelled."""
    table = review_tables.invitation
    found = (await work.tx.sql.execute(select(table).where(table.c.id == query.invitation_id))).one_or_none()
    if found is None or work.actor.person not in (found.person, found.first_proposer):
        raise NotFound
    if found.state == InvitationState.CANCELLED and work.actor.person == found.person:
        raise NotFound("第一提案人已取消这份邀请，不用再处理")
    draft = (
        await work.tx.sql.execute(select(tables.draft).where(tables.draft.c.id == found.draft_id))
    ).one_or_none()
    text = draft or await _handed_in(found, work)
    confirmed = await work.tx.sql.scalars(
        select(table.c.person)
        .where(table.c.draft_id == found.draft_id, table.c.state == InvitationState.ACCEPTED)
        .order_by(table.c.place)
    )
    row = invitation_row(found, await draft_digest(draft, work) if draft else None)
    return InvitationAnswer(
        **row.model_dump(exclude={"title"}),
        committee=found.committee,
        mine_to_answer=row.state is InvitationState.INVITED and work.actor.person == found.person,
        handed_in=draft is None,
        revision=draft.revision if draft else 0,
        title=text.title,
        facts=text.facts,
        analysis=text.analysis,
        suggestions=[part for part in text.suggestions if part.strip()],
        category=text.category,
        co_proposers=list(confirmed),
        attachments=await attachment_rows(found.draft_id, work),
    )


async def _handed_in(found: Any, work: Work) -> Any:
    """What was handed in, for whoever signed it and for the first proposer; raises NotFound for who did not sign."""
    row = (
        await work.tx.sql.execute(select(tables.proposal).where(tables.proposal.c.id == found.draft_id))
    ).one_or_none()
    if row is None or work.actor.person not in (row.first_proposer, *row.co_proposers):
        raise NotFound("这份草稿已经提交或删除，不用再处理")
    return row
