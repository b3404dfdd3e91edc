"""Attach a file to one's draft: checked by content before the transaction, kept in our own table for good."""

import asyncio
import hashlib

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from chassis.problems import Invalid, WrongState
from chassis.work import Tools, Work
from services.proposals import review_tables, tables
from services.proposals.joint import own_draft
from services.proposals.rules.attachments import (
    ATTACHMENTS_MAX,
    AttachmentRefused,
    CheckedFile,
    check_attachment,
)
from services.proposals.rules.states import Step, allowed
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.joint_commands import Attached, AttachFile


async def read_attachment(command: AttachFile, tools: Tools) -> CheckedFile:
    """The upload, checked; raises Invalid with what to do."""
    content = await tools.files.get(command.file)
    try:
        return await asyncio.to_thread(check_attachment, command.filename, content)
    except AttachmentRefused as refused:
        raise Invalid(errors=[FieldProblem(field="file", message=refused.reason)]) from refused


async def attach_file(command: AttachFile, work: Work, file: CheckedFile) -> Attached:
    """Attach it; opens an empty draft where nothing was typed yet, so that a file may come first."""
    await _open_draft(command, work)
    draft = await own_draft(command.draft_id, work)
    table = review_tables.attachment
    count = await work.tx.sql.scalar(
        select(func.count()).select_from(table).where(table.c.proposal_id == draft.id)
    )
    if (count or 0) >= ATTACHMENTS_MAX:
        message = f"附件最多 {ATTACHMENTS_MAX} 个，请先删去不需要的。"
        raise Invalid(errors=[FieldProblem(field="file", message=message)])
    await work.tx.sql.execute(
        insert(table).values(
            id=command.attachment_id,
            committee=work.committee,
            proposal_id=draft.id,
            filename=file.filename,
            media_type=file.media_type,
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            content=file.content,
            added_at=work.now,
        )
    )
    return Attached(
        attachment_id=command.attachment_id,
        filename=file.filename,
        media_type=file.media_type,
        size=len(file.content),
    )


async def _open_draft(command: AttachFile, work: Work) -> None:
    """A draft at revision 0, on which the first autosave goes on; not for what is handed in already."""
    state = await work.tx.sql.scalar(
        select(tables.proposal.c.state).where(tables.proposal.c.id == command.draft_id)
    )
    if state is not None:
        if not allowed(tables.STATES[state], Step.SUBMIT):
            raise WrongState("提案已经提交，不能再增减附件；如需修改，请联系提案委员会办公室退回")
        return
    await work.tx.sql.execute(
        insert_or_not(tables.draft)
        .values(
            id=command.draft_id,
            committee=work.committee,
            author=work.actor.person,
            revision=0,
            saved_at=work.now,
            title="",
            facts="",
            analysis="",
            suggestions=[],
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
