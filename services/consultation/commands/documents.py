"""Put a document to the step that is under way, or take one off again; a file is checked before the transaction."""

import asyncio
import hashlib
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from chassis.problems import Forbidden, Invalid, NotFound, WrongState
from chassis.work import Aggregate, Tools, Work
from services.consultation import tables
from services.consultation.going import may_do
from services.consultation.rules.documents import CheckedFile, DocumentRefused, check_document
from services.consultation.templates import edition
from tongxin_contracts.consultation.processes import (
    DOCUMENTS_MAX,
    AddDocument,
    Document,
    DocumentAdded,
    DocumentRemoved,
    RemoveDocument,
)
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def read_document(command: AddDocument, tools: Tools) -> CheckedFile:
    """The upload, checked; raises Invalid with what to do."""
    content = await tools.files.get(command.file)
    try:
        return await asyncio.to_thread(check_document, command.filename, content)
    except DocumentRefused as refused:
        raise Invalid(errors=[FieldProblem(field="file", message=refused.reason)]) from refused


async def add_document(command: AddDocument, work: Work, file: CheckedFile) -> Done:
    """Keep it for good; raises Invalid when the step has enough."""
    process = await _process(command.process_id, work)
    table = tables.document
    count = await work.tx.sql.scalar(
        select(func.count())
        .select_from(table)
        .where(table.c.process_id == process.id, table.c.run == process["run"])
    )
    if (count or 0) >= DOCUMENTS_MAX:
        message = f"每一步的材料最多 {DOCUMENTS_MAX} 份，请先删去不需要的。"
        raise Invalid(errors=[FieldProblem(field="file", message=message)])
    digest = hashlib.sha256(file.content).hexdigest()
    await work.tx.sql.execute(
        insert(table).values(
            id=command.document_id,
            committee=work.committee,
            process_id=process.id,
            run=process["run"],
            step=process["step"],
            kind=command.kind,
            filename=file.filename,
            media_type=file.media_type,
            size=len(file.content),
            digest=digest,
            content=file.content,
            added_at=work.now,
            added_by=work.actor.id,
        )
    )
    document = Document(kind=command.kind, filename=file.filename, digest=digest)
    process.state(DocumentAdded(process_id=process.id, step=process["step"], document=document))
    process.note("add_document", reason=f"{command.kind}：{file.filename}")
    return Done(id=process.id, version=process.version)


async def remove_document(command: RemoveDocument, work: Work) -> Done:
    """Only from the step that is under way: what was decided on stays."""
    process = await _process(command.process_id, work)
    table = tables.document
    gone = (
        await work.tx.sql.execute(
            delete(table)
            .where(
                table.c.id == command.document_id,
                table.c.process_id == process.id,
                table.c.run == process["run"],
            )
            .returning(table.c.kind, table.c.filename, table.c.digest)
        )
    ).one_or_none()
    if gone is None:
        raise NotFound("没有找到这份材料，已办结步骤的材料不能删除")
    document = Document(kind=gone.kind, filename=gone.filename, digest=gone.digest)
    process.state(DocumentRemoved(process_id=process.id, step=process["step"], document=document))
    process.note("remove_document", reason=f"{gone.kind}：{gone.filename}")
    return Done(id=process.id, version=process.version)


async def _process(process_id: UUID, work: Work) -> Aggregate:
    process = await work.load(tables.process, process_id)
    if process["step"] is None:
        raise WrongState("流程已经走完，不能再增减材料")
    step = (await edition(work, process["template_id"], process["edition"])).step(process["step"])
    may, _ = await may_do(process, step, work)
    if not may:
        raise Forbidden(f"“{step.name}”由{step.who.label}办理")
    return process
