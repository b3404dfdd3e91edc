"""The two published rates: how proposers find the work and the result; everything filed is in the denominator.

One statement, whatever the number of proposals: each filed proposal counts once, by its first proposer's answer in
the last window that is closed.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, text

from chassis.work import Work
from services.proposals import tables
from services.proposals.unit_people import unit_names
from tongxin_contracts.proposals.feedback_queries import (
    FeedbackRates,
    FeedbackRatesAnswer,
    RateRow,
    SessionChoice,
)

_COUNTS: Final = """
select h.lead_unit as unit_id,
    count(*) as filed,
    count(h.replied_at) as replied,
    count(*) filter (where w.id is null) as not_asked,
    count(*) filter (where w.id is not null and f.given_at is null) as no_answer,
    count(*) filter (where f.attitude = 'satisfied') as satisfied,
    count(*) filter (where f.attitude = 'understanding') as understanding,
    count(*) filter (where f.attitude = 'dissatisfied') as dissatisfied,
    count(*) filter (where f.result = 'agree') as agree,
    count(*) filter (where f.result = 'understand') as understand,
    count(*) filter (where f.result = 'reserve') as reserve,
    count(*) filter (where f.result = 'disagree') as disagree,
    coalesce(sum(f.asked), 0)::int as persons_asked,
    coalesce(sum(f.answered), 0)::int as persons_answered,
    coalesce(sum(promised.made), 0)::int as commitments,
    coalesce(sum(promised.kept), 0)::int as commitments_kept
from proposal p
left join handling h on h.proposal_id = p.id
left join lateral (
    select id from feedback_window
    where handling_id = h.id and closed_at is not null order by round desc limit 1
) w on true
left join lateral (
    select count(*) as asked, count(given_at) as answered, max(given_at) filter (where is_first) as given_at,
        max(attitude) filter (where is_first) as attitude, max(result) filter (where is_first) as result
    from feedback where window_id = w.id
) f on true
left join lateral (
    select count(*) as made, count(*) filter (where state = 'kept') as kept
    from commitment where handling_id = h.id and state <> 'replaced'
) promised on true
where p.committee = :committee and p.state = 'filed'
    and (cast(:term as int) is null or p.term = :term)
    and (cast(:session as int) is null or p.session = :session)
    and (cast(:since as date) is null or (p.decided_at at time zone 'Asia/Shanghai')::date >= :since)
    and (cast(:until as date) is null or (p.decided_at at time zone 'Asia/Shanghai')::date <= :until)
group by h.lead_unit
"""
_NUMBERS: Final = tuple(name for name in RateRow.model_fields if name not in ("unit_id", "name"))


async def feedback_rates(query: FeedbackRates, work: Work) -> FeedbackRatesAnswer:
    """Rows for each unit that leads, the one with most first, and for everything."""
    sessions = await _sessions(query.committee, work)
    asked = _period(query, sessions)
    rows = [
        dict(row._mapping)
        for row in await work.tx.sql.execute(text(_COUNTS), {"committee": query.committee, **asked})
    ]
    names = await unit_names(work, [row["unit_id"] for row in rows if row["unit_id"]])
    units = [
        RateRow(**row, name=names.get(row["unit_id"], "（单位名称暂缺）")) for row in rows if row["unit_id"]
    ]
    return FeedbackRatesAnswer(
        **asked,
        total=RateRow(
            unit_id=None, name="全部提案", **{name: sum(row[name] for row in rows) for name in _NUMBERS}
        ),
        units=sorted(units, key=lambda row: (-row.filed, row.name)),
        sessions=sessions,
    )


def _period(query: FeedbackRates, sessions: list[SessionChoice]) -> Mapping[str, Any]:
    """What was asked for; the latest session when nothing was."""
    if query.since or query.until or query.term:
        return {
            "term": query.term,
            "session": query.session,
            "since": query.since,
            "until": query.until,
        }
    latest = sessions[0] if sessions else None
    return {
        "term": latest.term if latest else None,
        "session": latest.session if latest else None,
        "since": None,
        "until": None,
    }


async def _sessions(committee: str, work: Work) -> list[SessionChoice]:
    session = tables.session.c
    rows = await work.tx.sql.execute(
        select(session.term, session.session)
        .where(session.committee == committee)
        .order_by(session.term.desc(), session.session.desc())
    )
    return [SessionChoice(term=row.term, session=row.session) for row in rows]
