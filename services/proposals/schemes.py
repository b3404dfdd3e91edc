"""Review schemes: those that come with the system, the one in force, and the one each proposal is reviewed by.

The files hold data only; `rules/review.py` checks them like any scheme that a page hands in.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.proposals import review_tables
from services.proposals.rules.review import ONE_ROUND, ReviewScheme, load_review_scheme

BUNDLED: Final = ("one_round", "two_rounds", "taihu")
"""Names of the files, without their ending."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A scheme as a committee adopted it."""

    id: UUID
    scheme: ReviewScheme
    data: Mapping[str, Any]
    source: str
    adopted_at: datetime


@cache
def bundled_review_data(name: str) -> Mapping[str, Any]:
    """A scheme as its file has it; raises KeyError for a name that is not bundled."""
    if name not in BUNDLED:
        raise KeyError(name)
    text = (files(__package__) / "rules" / "schemes" / f"{name}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


async def adopted_schemes(work: Work) -> list[Adopted]:
    """What the committee adopted, the one in force first."""
    table = review_tables.review_scheme
    found = await work.tx.sql.execute(
        select(table).where(table.c.committee == work.committee).order_by(table.c.adopted_at.desc())
    )
    return [
        Adopted(row.id, load_review_scheme(row.data), row.data, row.source, row.adopted_at) for row in found
    ]


async def in_force(work: Work) -> tuple[UUID | None, ReviewScheme]:
    """The scheme for what is handed in now: the one adopted last, or a single round by the office."""
    table = review_tables.review_scheme
    row = (
        await work.tx.sql.execute(
            select(table)
            .where(table.c.committee == work.committee)
            .order_by(table.c.adopted_at.desc())
            .limit(1)
        )
    ).one_or_none()
    return (row.id, load_review_scheme(row.data)) if row else (None, ONE_ROUND)


async def schemes_of(work: Work, ids: Collection[UUID | None]) -> dict[UUID | None, ReviewScheme]:
    """Schemes by id; None is the single round by the office."""
    wanted = {id_ for id_ in ids if id_ is not None}
    known: dict[UUID | None, ReviewScheme] = {None: ONE_ROUND}
    if wanted:
        table = review_tables.review_scheme
        found = await work.tx.sql.execute(select(table.c.id, table.c.data).where(table.c.id.in_(wanted)))
        known |= {row.id: load_review_scheme(row.data) for row in found}
    return known
