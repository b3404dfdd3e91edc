"""Take a file off one's draft again."""

from sqlalchemy import delete

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import review_tables
from services.proposals.joint import own_draft
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.joint_commands import RemoveAttachment


async def remove_attachment(command: RemoveAttachment, work: Work) -> Done:
    """Remove it; raises NotFound where there is none."""
    draft = await own_draft(command.draft_id, work)
    table = review_tables.attachment
    removed = await work.tx.sql.scalar(
        delete(table)
        .where(table.c.id == command.attachment_id, table.c.proposal_id == draft.id)
        .returning(table.c.id)
    )
    if removed is None:
        raise NotFound
    return Done(id=draft.id, version=draft.revision)
