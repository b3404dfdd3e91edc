"""Which committees a service's database knows: what a job must name before row-level security shows it all of them.

Read from what the chassis keeps of everybody (events written, deadlines set), the outbox only as far as it is new since
the last look. A committee that neither stated an event for 90 days nor has a deadline is not seen.
"""

from typing import Any

_NEW = """
select committee, max(id) as last from outbox where id > $1 group by committee
union all
select distinct committee, 0 from deadline where fired_at is null and cancelled_at is null
"""


class Committees:
    """Remembers what it saw; one for each process."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._last = 0

    async def open_all(self, connection: Any) -> list[str]:
        """Let the rest of this transaction see every known committee's rows; their codes."""
        for row in await connection.fetch(_NEW, self._last):
            self._known.add(row["committee"])
            self._last = max(self._last, row["last"])
        found = sorted(self._known)
        await connection.execute("select set_config('app.committees', $1, true)", ",".join(found))
        return found
