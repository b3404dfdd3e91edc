"""Which columns are about a person, and how each of them is emptied when that person is erased.

Always holds: a column classed `personal` or `sensitive` has an eraser in its service, or a reason in `kept` why the law
lets it stay; a test walks all tables and asks for one. What is emptied cannot be read from the history either: its
details and their salts go, and the chain still verifies, because it hashes a salted digest (decision 14, ADR 0023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column

from chassis.work import Work

PERSONAL: Final[dict[str, str]] = {"classed": "personal"}
"""`Column(…, info=PERSONAL)`: about one person (PIPL art. 4)."""
SENSITIVE: Final[dict[str, str]] = {"classed": "sensitive"}
"""`Column(…, info=SENSITIVE)`: PIPL art. 28; stored sealed."""
INTERNAL: Final[dict[str, str]] = {"classed": "internal"}
"""`Column(…, info=INTERNAL)`: sounds like a person's and is not: an organisation's name, a matter's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """One statement that empties columns of the people erased."""

    columns: tuple[Column[Any], ...]
    sql: str
    """With `$1`, the ids of the people, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """All that a service does when people are erased."""

    erasers: tuple[Eraser, ...]
    """In the order in which they run: what finds a row by a name runs before the name goes."""
    kept: Mapping[Column[Any], str] = field(default_factory=dict)
    """Personal columns that stay, each with its reason."""
    history: str | None = None
    """With `$1`: selects the aggregates whose history told of the people."""


async def erase(erasure: Erasure, people: Sequence[UUID], work: Work) -> None:
    """Empty everything of these people; the same again changes nothing. As many statements as there are erasers."""
    for eraser in erasure.erasers:
        await work.tx.raw.execute(eraser.sql, list(people))
    if erasure.history is not None:
        found = [row[0] for row in await work.tx.raw.fetch(erasure.history, list(people))]
        await work.tx.raw.execute("select erase_history($1)", found)


def classed(column: Column[Any]) -> str | None:
    """What a column was declared to be, None where nobody said."""
    found: str | None = column.info.get("classed")
    return found
