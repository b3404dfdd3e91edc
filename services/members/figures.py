"""How the work of members goes, for operators: by committee, one statement a round."""

from typing import Any, Final

from prometheus_client import Gauge

from chassis.gauges import set_all

MEMBERS: Final = Gauge("tongxin_members", "Members by their standing.", ("committee", "standing"))
DUTY: Final = Gauge(
    "tongxin_duty_facts",
    "Evidence of duty recorded within 30 days, by whether it stands.",
    ("committee", "standing"),
)

_QUERY: Final = """
select 'member' as what, committee, standing, count(*) as number from member group by 1, 2, 3
union all
select 'fact', committee, case when annulled_at is null then 'stands' else 'annulled' end, count(*)
from duty_fact where recorded_at > now() - interval '30 days' group by 1, 2, 3
"""


async def read_figures(sql: Any) -> None:
    """Ask and set."""
    rows = await sql.fetch(_QUERY)
    for gauge, what in ((MEMBERS, "member"), (DUTY, "fact")):
        set_all(
            gauge,
            (((row["committee"], row["standing"]), row["number"]) for row in rows if row["what"] == what),
        )
