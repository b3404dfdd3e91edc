"""A committee's calls with their topics, and how many proposals each topic brought."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from chassis.calendar import local_date
from chassis.work import Work
from tongxin_contracts.proposals.calls import CallRow, CallsAnswer, CallsForProposals, HintRow

_CALLS: Final = """
select * from call
where committee = :committee and (not :only_open or closes_on >= :today)
order by called_at desc limit 10
"""
_HINTS: Final = """
select h.*, count(p.id) as proposals, count(p.id) filter (where p.state = 'filed') as filed
from hint h left join proposal p on p.hint_id = h.id
where h.call_id = any(:calls)
group by h.id order by h.call_id, h.place
"""


async def calls_for_proposals(query: CallsForProposals, work: Work) -> CallsAnswer:
    """Two statements, whatever the number of calls and topics."""
    today = local_date(work.now)
    asked = {"committee": query.committee, "only_open": query.only_open, "today": today}
    calls = list(await work.tx.sql.execute(text(_CALLS), asked))
    hints: dict[UUID, list[HintRow]] = defaultdict(list)
    for row in await work.tx.sql.execute(text(_HINTS), {"calls": [call.id for call in calls]}):
        hints[row.call_id].append(_hint(row))
    return CallsAnswer(
        calls=[
            CallRow(
                call_id=call.id,
                year=call.year,
                opens_on=call.opens_on,
                closes_on=call.closes_on,
                document=call.document,
                called_at=call.called_at,
                is_open=today <= call.closes_on,
                hints=hints[call.id],
            )
            for call in calls
        ]
    )


def _hint(row: Any) -> HintRow:
    return HintRow(
        hint_id=row.id,
        title=row.title,
        text=row.text,
        category=row.category,
        proposals=row.proposals,
        filed=row.filed,
    )
