"""Several writing statements sent as one, because each one sent costs as much again as what it does.

For writes of one transaction that do not look at each other: all of them see the rows as they were before, in whatever
order the server runs them, and all happen or none. What is sent depends on the statements alone, never on values, so
that it is prepared once for each combination (docs/performance.md).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from chassis.database import Transaction

_PLACE = re.compile(r"\$(\d+)")


class Write(NamedTuple):
    """An insert, update or delete that returns nothing, and its values for `$1`, `$2`, …."""

    statement: str
    values: Sequence[Any]


async def write_together(tx: Transaction, writes: Sequence[Write]) -> None:
    """Carry out all writes in one round trip; none is none."""
    if not writes:
        return
    values = [value for write in writes for value in write.values]
    joined = _joined(tuple((write.statement.strip(), len(write.values)) for write in writes))
    await tx.raw.execute(joined, *values)


@lru_cache(maxsize=1024)
def _joined(parts: tuple[tuple[str, int], ...]) -> str:
    """The statements as parts of one, each with places of its own."""
    statements, before = [], 0
    for statement, places in parts:
        statements.append(_moved(statement, before))
        before += places
    *first, last = statements
    if not first:
        return last
    named = ", ".join(f"write_{position} as ({one})" for position, one in enumerate(first))
    return f"with {named} {last}"


def _moved(statement: str, by: int) -> str:
    return _PLACE.sub(lambda found: f"${int(found[1]) + by}", statement)
