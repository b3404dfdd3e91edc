"""Places by points, and what a place leads to by the scheme.

Always holds: equal points have equal places, and the next place counts everybody before it (1, 2, 2, 4); a place does
not depend on the order in which members were handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from .scheme import Scheme

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one member stands."""

    rank: int
    total: Decimal
    missing: Decimal | None
    """What lacks to the floor; None where there is no floor."""
    grade: str | None
    awards: tuple[str, ...]
    allowance: str | None


def ranked(scheme: Scheme, totals: Mapping[UUID, Decimal]) -> dict[UUID, Standing]:
    """Everybody's standing, the first place first, equals by id."""
    order = sorted(totals, key=lambda member: (-totals[member], member))
    standings: dict[UUID, Standing] = {}
    rank = 0
    last: Decimal | None = None
    for place, member in enumerate(order, 1):
        total = totals[member]
        if total != last:
            rank, last = place, total
        standings[member] = _standing(scheme, rank, total, len(order))
    return standings


def _standing(scheme: Scheme, rank: int, total: Decimal, serving: int) -> Standing:
    return Standing(
        rank=rank,
        total=total,
        missing=None if scheme.floor is None else max(Decimal(0), scheme.floor - total),
        grade=scheme.grade_of(total),
        awards=tuple(
            award.name
            for award in scheme.awards
            if total >= award.at_least
            and (award.top_percent is None or rank * _WHOLE <= award.top_percent * serving)
        ),
        allowance=scheme.allowance_of(total),
    )
