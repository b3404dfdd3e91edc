"""What consultation tells of a process to whoever does not know it: its outcome, once it has one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from chassis.database import Transaction
from chassis.tellers import Teller, Told, tells_tasks
from services.consultation import tables
from services.consultation.outcomes import concluded
from tongxin_contracts.consultation.processes import ProcessConcluded


async def _processes(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
    table = tables.process
    rows = await tx.sql.execute(
        select(table).where(table.c.id.in_(ids), table.c.concluded_at.is_not(None)).order_by(table.c.id)
    )
    return {
        row["id"]: [Told(event=await concluded(row, tx), at=row["concluded_at"])]
        for row in rows.mappings().all()
    }


TELLERS = (Teller(table="process", tells=(ProcessConcluded,), tell=_processes), tells_tasks("consultation"))
