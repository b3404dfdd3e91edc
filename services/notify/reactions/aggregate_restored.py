"""An owner's database went back in time: notices of what holds no more are taken off people's lists.

What waits to go out does not; a mail that went out cannot be taken back, nor what an agency was told: operators list
those for staff (`tongxin reconcile outside`).
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.restoring import AggregateRestored

_NOT_MAILED: Final = """
update mail set state = 'dropped', error = '数据恢复：所通知的事项已不存在'
where id = any($1) and state = 'waiting' and attempts = 0
"""
_NOT_POSTED: Final = """
update delivery set state = 'stopped', next_at = null
where event_id = any($1) and state = 'waiting' and attempts = 0
"""


async def on_aggregate_restored(events: Sequence[Incoming[AggregateRestored]], work: Work) -> None:
    """Four statements, however many events: a notice's id is made from its event and its person.

    Found by when the event was stated: a notice may be about another matter than the event's own.
    """
    undone = [pair for event in events for pair in zip(event.data.undone, event.data.undone_at, strict=False)]
    notice = tables.notice.c
    told = await work.tx.sql.execute(
        select(notice.id, notice.person, notice.at).where(
            notice.committee.in_({event.envelope.committee for event in events}),
            notice.at.in_({at for _, at in undone}),
        )
    )
    by_instant: dict[object, list[UUID]] = {}
    for event_id, at in undone:
        by_instant.setdefault(at, []).append(event_id)
    gone = [
        row.id
        for row in told
        if row.id in {derived_id("notice", event_id, row.person) for event_id in by_instant[row.at]}
    ]
    if gone:
        await work.tx.sql.execute(delete(tables.notice).where(notice.id.in_(gone)))
        await work.tx.raw.execute(_NOT_MAILED, [derived_id("mail", notice_id) for notice_id in gone])
    await work.tx.raw.execute(_NOT_POSTED, [event_id for event_id, _ in undone])
    for event in events:
        work.hint("task", event.envelope.committee)
        work.hint("notice", event.envelope.committee)
