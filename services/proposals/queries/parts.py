"""Units' parts in lists: read for a whole page at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.proposals import tables
from services.proposals.handling_tables import UNDECIDED, extension
from services.proposals.unit_people import unit_names
from tongxin_contracts.proposals.handling_queries import HandlingRow, UnitPart
from tongxin_contracts.words import AllocationPart, AllocationState


def part_shown(row: Any, names: Mapping[UUID, str], asked: Mapping[UUID, date], *, reasons: bool) -> UnitPart:
    """A unit's part; why it was returned is for those who work on it. `asked`: what `asked_until` found."""
    return UnitPart(
        allocation_id=row.id,
        unit_id=row.unit_id,
        unit=names.get(row.unit_id, "承办单位"),
        part=row.part,
        state=row.state,
        due_at=row.due_at,
        extended=row.extended,
        asked_until=asked.get(row.id),
        signed_at=row.signed_at,
        done_at=row.done_at,
        return_reason=row.return_reason if reasons else None,
        return_answer=row.return_answer if reasons else None,
    )


async def asked_until(handlings: Collection[UUID], work: Work) -> dict[UUID, date]:
    """Until when parts of these handlings asked for more time, where nobody has decided; by part."""
    found = await work.tx.sql.execute(
        select(extension.c.allocation_id, extension.c.until_on)
        .join(tables.handling, UNDECIDED)
        .where(tables.handling.c.id.in_(handlings))
    )
    return {row.allocation_id: row.until_on for row in found}


async def rows_shown(found: Sequence[Any], work: Work) -> list[HandlingRow]:
    """Rows of a list with their units in force: three more statements, however many rows.

    `found` has the columns proposal_id, handling_id, version, number, title, category, state, object_by, due_at.
    """
    parts = await _parts([row.handling_id for row in found if row.handling_id], work)
    return [
        HandlingRow(
            proposal_id=row.proposal_id,
            handling_id=row.handling_id,
            version=row.version,
            number=row.number,
            title=row.title,
            category=row.category,
            state=row.state,
            object_by=row.object_by,
            due_at=row.due_at,
            units=parts.get(row.handling_id, []),
        )
        for row in found
    ]


async def _parts(handlings: Collection[UUID], work: Work) -> dict[UUID, list[UnitPart]]:
    if not handlings:
        return {}
    allocation = tables.allocation
    rows = (
        await work.tx.sql.execute(
            select(allocation)
            .where(allocation.c.handling_id.in_(handlings), allocation.c.state != AllocationState.REPLACED)
            .order_by(allocation.c.proposed_at, allocation.c.id)
        )
    ).all()
    names = await unit_names(work, {row.unit_id for row in rows})
    asked = await asked_until(handlings, work)
    parts: dict[UUID, list[UnitPart]] = {}
    for row in sorted(rows, key=lambda row: row.part != AllocationPart.LEAD):
        parts.setdefault(row.handling_id, []).append(part_shown(row, names, asked, reasons=True))
    return parts
