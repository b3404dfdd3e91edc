"""How the work of proposals goes, for operators: by committee, of the last year, with whole denominators.

Always holds: a share's denominator is what was asked and not what was answered; three statements a round, whatever
happened; labels are committees and closed lists, never people, units or proposals.
"""

from typing import Any, Final

from prometheus_client import Gauge

from chassis.gauges import set_all

FILING_SECONDS: Final = Gauge(
    "tongxin_filing_seconds",
    "From handing in to filing, of what was filed within a year.",
    ("committee", "quantile"),
)
PROPOSALS: Final = Gauge(
    "tongxin_proposals", "Proposals handed in within a year, by where they stand.", ("committee", "state")
)
PARTS: Final = Gauge(
    "tongxin_handling_parts",
    "Units' parts of the last year: open, overdue, done, returned; a part that was replaced counts as returned.",
    ("committee", "part", "state"),
)
REPLIES: Final = Gauge(
    "tongxin_replies", "Replies signed within a year, by whether a talk came before.", ("committee", "talked")
)
FEEDBACK: Final = Gauge(
    "tongxin_feedback",
    "First proposers asked within a year, by what they said; who said nothing is counted.",
    ("committee", "result"),
)

_PROPOSALS: Final = """
select committee, state, count(*) as number,
    percentile_cont(0.5) within group (order by extract(epoch from decided_at - submitted_at))::float8 as half,
    percentile_cont(0.9) within group (order by extract(epoch from decided_at - submitted_at))::float8 as most
from proposal where submitted_at > now() - interval '1 year' group by committee, state
"""
_PARTS: Final = """
select committee, part,
    case
        when state in ('returned', 'replaced') then 'returned'
        when done_at is not null then 'done'
        when due_at < now() then 'overdue'
        else 'open'
    end as state,
    count(*) as number
from allocation where proposed_at > now() - interval '1 year' group by 1, 2, 3
"""
_ANSWERS: Final = """
select 'reply' as what, r.committee, case when talked.at is null then 'no' else 'yes' end as said, count(*) as number
from reply r
left join lateral (
    select t.at from talk t
    where t.handling_id = r.handling_id and t.round = r.round and t.at <= r.signed_at limit 1
) as talked on true
where r.signed_at > now() - interval '1 year' group by 1, 2, 3
union all
select 'feedback', w.committee,
    coalesce(f.result, case when w.closed_at is null then 'awaited' else 'none' end), count(*)
from feedback_window w join feedback f on f.window_id = w.id and f.is_first
where w.asked_at > now() - interval '1 year' group by 1, 2, 3
"""


async def read_figures(sql: Any) -> None:
    """Ask and set."""
    proposals = await sql.fetch(_PROPOSALS)
    set_all(PROPOSALS, (((row["committee"], row["state"]), row["number"]) for row in proposals))
    filed = [row for row in proposals if row["state"] == "filed" and row["half"] is not None]
    set_all(
        FILING_SECONDS,
        [((row["committee"], "0.5"), row["half"]) for row in filed]
        + [((row["committee"], "0.9"), row["most"]) for row in filed],
    )
    parts = await sql.fetch(_PARTS)
    set_all(PARTS, (((row["committee"], row["part"], row["state"]), row["number"]) for row in parts))
    answers = await sql.fetch(_ANSWERS)
    for gauge, what in ((REPLIES, "reply"), (FEEDBACK, "feedback")):
        set_all(
            gauge,
            (((row["committee"], row["said"]), row["number"]) for row in answers if row["what"] == what),
        )
