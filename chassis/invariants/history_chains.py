"""Histories verify: a part of them at each look, all of them in time."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis import history
from chassis.invariants.invariant import AT_MOST, Invariant, Look

SAMPLE: Final = 100
"""Aggregates looked at in one round; the next round goes on behind them and begins anew at the end."""

_NEXT: Final = """
select distinct aggregate from history where aggregate > $1 order by aggregate limit $2
"""


class HistoryChainsVerify(Invariant):
    """Each aggregate's hash chain is whole: nothing was changed, left out or put in between."""

    name = "history_chains_verify"
    reason = "Who changed what must stand up in a dispute; a chain that does not verify was tampered with or damaged."

    def __init__(self) -> None:
        self._behind = UUID(int=0)
        self._broken: list[UUID] = []
        """Found before: looked at every time, so that the metric goes back when it is mended and not when the round moves on."""

    async def violations(self, look: Look) -> Sequence[str]:
        """Read the next histories, and those that were broken before, and verify each."""
        rows = await look.sql.fetch(_NEXT, self._behind, SAMPLE)
        aggregates = [row["aggregate"] for row in rows]
        self._behind = aggregates[-1] if len(aggregates) == SAMPLE else UUID(int=0)
        broken = []
        for aggregate in dict.fromkeys((*self._broken, *aggregates)):
            found = await history.read(look.tx, aggregate)
            if not found.intact:
                broken.append(aggregate)
        self._broken = broken[:AT_MOST]
        return [str(aggregate) for aggregate in broken]
