"""A database that was restored from a backup: what its service has to know before it begins.

Always holds: no service begins on a restored database before `tongxin reconcile` has compared it with what the bus and
the followers know; and whatever was stated of an aggregate in the time that is gone, its next version is above it, so
that no version is ever given twice (decision 19).
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

_UNRECONCILED: Final = "select unreconciled_since from epoch"
_FLOORS: Final = "select aggregate, version from restored"
_OPEN: Final = "select count(*) from restored where settled_at is null"


class NotReconciledError(Exception):
    """The database was restored and nobody has compared it with the bus since."""


async def refuse_unreconciled(raw: Any, service: str) -> None:
    """Raise NotReconciledError when a restore was not followed by a reconciliation."""
    since = await raw.fetchval(_UNRECONCILED)
    if since is not None:
        raise NotReconciledError(
            f"the database of {service} was restored at {since:%Y-%m-%d %H:%M:%S %Z}:"
            f" run `tongxin reconcile --service {service} --mend` first"
        )


async def floors(raw: Any) -> Mapping[UUID, int]:
    """Aggregate -> the version it goes on from, for those that may be made anew under the id they had."""
    return {row["aggregate"]: row["version"] for row in await raw.fetch(_FLOORS)}


async def count_open(raw: Any) -> int:
    """Aggregates that went back and that nobody has looked at yet, for metrics."""
    found: int = await raw.fetchval(_OPEN)
    return found
