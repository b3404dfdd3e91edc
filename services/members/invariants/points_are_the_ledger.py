"""Points shown are the sum of the ledger."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis.invariants.invariant import AT_MOST, Invariant, Look
from services.members.ledgers import as_facts
from services.members.rules.points import evaluate
from services.members.rules.scheme import Scheme
from services.members.rules.scheme_reading import load_scheme

SAMPLE: Final = 100
"""Results reckoned anew in one round; the next round goes on behind them."""

_NEXT: Final = """
select member_id, year, committee, points, rule_version from year_result
where (member_id, year) > ($1, $2) order by member_id, year limit $3
"""
_AGAIN: Final = """
select member_id, year, committee, points, rule_version from year_result
where (member_id, year) in (select * from unnest($1::uuid[], $2::int[]))
"""
_SCHEMES: Final = "select committee, rule_version, data from scheme where rule_version = any($1)"
_FACTS: Final = """
select * from duty_fact
where member_id = any($1) and on_day between $2 and $3 and annulled_at is null order by on_day, id
"""


class PointsAreTheLedger(Invariant):
    """What a year's result says is what its evidence adds up to, by the scheme it names."""

    name = "points_are_the_ledger"
    reason = "Points decide whether a member is told to leave; a total nobody can derive cannot be defended."

    def __init__(self) -> None:
        self._behind = (UUID(int=0), 0)
        self._wrong: list[tuple[UUID, int]] = []
        """Found before: reckoned every time, so that the metric goes back when it is mended and not when the round moves on."""

    async def violations(self, look: Look) -> Sequence[str]:
        """Reckon the next results anew, and those that were wrong before."""
        before = await look.sql.fetch(
            _AGAIN, [key[0] for key in self._wrong], [key[1] for key in self._wrong]
        )
        rows = await look.sql.fetch(_NEXT, *self._behind, SAMPLE)
        at_end = len(rows) < SAMPLE
        self._behind = (UUID(int=0), 0) if at_end else (rows[-1]["member_id"], rows[-1]["year"])
        reckoned = {(row["member_id"], row["year"]): row for row in (*before, *rows)}
        schemes = {
            (row["committee"], row["rule_version"]): load_scheme(_object(row["data"]))
            for row in await look.sql.fetch(_SCHEMES, [row["rule_version"] for row in reckoned.values()])
        }
        wrong = [
            key
            for key, row in reckoned.items()
            if not await self._adds_up(look, row, schemes.get((row["committee"], row["rule_version"])))
        ]
        self._wrong = wrong[:AT_MOST]
        return [f"{member}/{year}" for member, year in wrong]

    async def _adds_up(self, look: Look, row: Any, scheme: Scheme | None) -> bool:
        if scheme is None:
            return False
        facts = await look.sql.fetch(_FACTS, [row["member_id"]], *scheme.window(row["year"]))
        total = evaluate(scheme, as_facts([_Row(fact) for fact in facts]), row["year"]).total
        return bool(total == row["points"])


class _Row:
    """A record of the driver, read as rows of SQLAlchemy are."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getattr__(self, name: str) -> Any:
        return self._record[name]


def _object(data: Any) -> Any:
    """JSON as the driver gives it: text, unless somebody set a codec."""
    return json.loads(data) if isinstance(data, str) else data
