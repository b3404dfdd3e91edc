"""How consultations go, for operators: by committee, one statement a round."""

from typing import Any, Final

from prometheus_client import Gauge

from chassis.gauges import set_all

PROCESSES: Final = Gauge(
    "tongxin_processes",
    "Processes begun within a year: running, overdue (its step is late), to_conclude, concluded.",
    ("committee", "state"),
)

_QUERY: Final = """
select committee, case when state = 'running' and due_at < now() then 'overdue' else state end as state,
    count(*) as number
from process where started_at > now() - interval '1 year' group by 1, 2
"""


async def read_figures(sql: Any) -> None:
    """Ask and set."""
    rows = await sql.fetch(_QUERY)
    set_all(PROCESSES, (((row["committee"], row["state"]), row["number"]) for row in rows))
