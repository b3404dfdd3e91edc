"""What a concluded consultation came to, as it is stated when it is concluded and to whoever asks later."""

from typing import Any

from sqlalchemy import select

from chassis.database import Transaction
from services.consultation import tables
from services.consultation.teams import took_part
from services.consultation.templates import edition_in
from tongxin_contracts.consultation.processes import Document, ProcessConcluded
from tongxin_contracts.words import ProcessOutcome, StepOutcome


async def concluded(process: Any, tx: Transaction) -> ProcessConcluded:
    """The event of a process that has its outcome; `process` is its row by column."""
    template = await edition_in(tx, process["template_id"], process["edition"])
    table = tables.document
    rows = await tx.sql.execute(
        select(table.c.kind, table.c.filename, table.c.digest)
        .where(table.c.process_id == process["id"])
        .order_by(table.c.run, table.c.added_at)
    )
    return ProcessConcluded(
        process_id=process["id"],
        title=process["title"],
        template_name=template.name,
        topic_id=process["topic_id"],
        proposal_id=process["proposal_id"],
        outcome=ProcessOutcome.of(process["outcome"]),
        summary=process["summary"],
        consensus=process["consensus"] is not False,
        rating=StepOutcome.of(process["rating"]) if process["rating"] else None,
        documents=tuple(Document(kind=row.kind, filename=row.filename, digest=row.digest) for row in rows),
        place=process["place"],
        took_part=await took_part(process["id"], tx),
    )
