"""What waits in notify, for operators: work by committee, mail, and each agency's deliveries; one statement a round."""

from typing import Any, Final

from prometheus_client import Gauge

from chassis.gauges import set_all

WORK: Final = Gauge("tongxin_open_work", "Work to do, by whether it is overdue.", ("committee", "state"))
MAIL_WAITING: Final = Gauge("tongxin_mail_waiting", "Mails whose time has come and that are not sent.")
AGENCY_WAITING: Final = Gauge(
    "tongxin_agency_waiting", "Deliveries to webhooks that wait, by agency.", ("agency",)
)
AGENCY_OLDEST_SECONDS: Final = Gauge(
    "tongxin_agency_oldest_seconds", "Age of the oldest delivery that waits, by agency.", ("agency",)
)

_QUERY: Final = """
select 'work' as what, committee as who, case when due_at < now() then 'overdue' else 'open' end as state,
    count(*) as number, 0::float8 as oldest
from todo where closed_at is null group by 1, 2, 3
union all
select 'mail', '', '', count(*), 0 from mail where state = 'waiting' and next_at < now()
union all
select 'agency', s.agency, '', count(d.message_id), coalesce(extract(epoch from now() - min(d.at)), 0)
from subscription s left join delivery d on d.subscription_id = s.id and d.state = 'waiting'
where s.ended_at is null group by s.agency
"""


async def read_figures(sql: Any) -> None:
    """Ask and set."""
    rows = await sql.fetch(_QUERY)
    set_all(WORK, (((row["who"], row["state"]), row["number"]) for row in rows if row["what"] == "work"))
    MAIL_WAITING.set(sum(row["number"] for row in rows if row["what"] == "mail"))
    agencies = [row for row in rows if row["what"] == "agency"]
    set_all(AGENCY_WAITING, (((row["who"],), row["number"]) for row in agencies))
    set_all(AGENCY_OLDEST_SECONDS, (((row["who"],), row["oldest"]) for row in agencies))
