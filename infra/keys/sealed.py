"""Every sealed column there is, and sealing all of them anew under the first key of the file.

Always holds: a value is replaced only where it still is what was read, so whoever writes at the same time wins; run
twice it changes nothing the second time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.sealing import Sealer
from infra.postgres.urls import with_database
from services.notify.preference_ids import preference_id

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where sealed values are, and which row each is bound to."""

    service: str
    table: str
    column: str
    key: tuple[str, ...]
    bound_to: Callable[[Mapping[str, Any]], UUID] = lambda row: row["id"]


def _preference(row: Mapping[str, Any]) -> UUID:
    return preference_id(row["committee"], row["person"])


SEALED: Final = (
    SealedColumn("members", "person", "party", ("id",)),
    SealedColumn("notify", "preference", "email", ("committee", "person"), _preference),
    SealedColumn("notify", "preference", "pending", ("committee", "person"), _preference),
    SealedColumn("notify", "mail", "address", ("id",)),
    SealedColumn("notify", "webhook", "secret", ("id",)),
    SealedColumn("notify", "webhook", "old_secret", ("id",)),
)


async def seal_anew(admin_url: str, sealer: Sealer) -> dict[str, int]:
    """Bring every value under the current key; table.column -> how many were changed."""
    changed = {}
    for column in SEALED:
        connection: Any = await asyncpg.connect(with_database(admin_url, column.service))
        try:
            number = await _column(connection, column, sealer)
        finally:
            await connection.close()
        if number:
            changed[f"{column.service}.{column.table}.{column.column}"] = number
    return changed


async def _column(connection: Any, column: SealedColumn, sealer: Sealer) -> int:
    keys, name = ", ".join(column.key), column.column
    rows = await connection.fetch(
        f"select {keys}, {name} as sealed from {column.table} where {name} is not null"  # noqa: S608 - constants
    )
    stale = [row for row in rows if not sealer.is_current(bytes(row["sealed"]))]
    place = " and ".join(f"{key} = ${number}" for number, key in enumerate(column.key, 3))
    changed = 0
    for start in range(0, len(stale), _BATCH):
        async with connection.transaction():
            for row in stale[start : start + _BATCH]:
                row_id = column.bound_to(row)
                anew = sealer.seal(sealer.open(bytes(row["sealed"]), row_id), row_id)
                done: str = await connection.execute(
                    f"update {column.table} set {name} = $1 where {name} = $2 and {place}",  # noqa: S608 - constants
                    anew,
                    row["sealed"],
                    *(row[key] for key in column.key),
                )
                changed += done == "UPDATE 1"
    return changed
