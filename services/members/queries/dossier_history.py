"""A dossier's history: the membership's chain and the person's, read as one.

What changed both in one step is one line. Personal columns are shown only where the dossier itself shows them; the
party is never shown, the history holds nothing but that it changed.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis import history
from chassis.personal import classed
from chassis.work import Work
from services.members import tables
from tongxin_contracts.message import HistoryEntry

_PERSONAL = tuple(
    column.name
    for table in (tables.person, tables.member)
    for column in table.columns
    if classed(column) in ("personal", "sensitive")
)
_TECHNICAL = ("person_id",)


async def dossier_history(work: Work, member_id: UUID, person_id: UUID, *, personal: bool) -> history.History:
    """Both chains by time, numbered anew; intact when both are."""
    hidden = _TECHNICAL if personal else (*_TECHNICAL, *_PERSONAL)
    member = await history.read(work.tx, member_id, hide=hidden)
    person = await history.read(work.tx, person_id, hide=hidden)
    return history.History(_as_one(member.entries, person.entries), member.intact and person.intact)


def _as_one(member: Sequence[HistoryEntry], person: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    lines: list[HistoryEntry] = []
    for entry in sorted([*person, *member], key=lambda entry: entry.at):
        last = lines[-1] if lines else None
        if last and (last.at, last.actor, last.action) == (entry.at, entry.actor, entry.action):
            lines[-1] = last.model_copy(update={"changes": {**last.changes, **entry.changes}})
        else:
            lines.append(entry.model_copy(update={"sequence": len(lines) + 1}))
    return lines
