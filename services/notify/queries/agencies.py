"""Which agencies are told what, and what they were told last."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.queries import Agencies, AgenciesAnswer, Delivery, Subscription

_LAST: Final = 20

_DELIVERIES: Final = """
select * from (
    select d.*, d.state = 'delivered' or (d.state = 'handed' and o.published_at is not null) as handed_over,
        row_number() over (partition by d.subscription_id order by d.at desc) as place
    from delivery d left join outbox o on o.message_id = d.sent_as
    where d.subscription_id = any($1) and not d.is_test
) as ranked where place <= $2 order by place
"""
_NUMBERS: Final = """
select s.id, w.state,
    (select count(*) from delivery d where d.subscription_id = s.id and d.state = 'waiting' and not d.is_test) as waiting,
    (select count(*) from delivery d where d.subscription_id = s.id and d.state = 'dead' and not d.is_test) as dead
from unnest($1::uuid[]) as s (id) left join webhook w using (id)
"""


async def agencies(query: Agencies, work: Work) -> AgenciesAnswer:
    """Subscriptions in force with their last deliveries; three statements, whatever their number."""
    subscriptions = (
        await work.tx.sql.execute(
            select(tables.subscription)
            .where(
                tables.subscription.c.committee == query.committee, tables.subscription.c.ended_at.is_(None)
            )
            .order_by(tables.subscription.c.agency_name)
        )
    ).all()
    ids = [row.id for row in subscriptions]
    deliveries = await _last_deliveries(ids, work)
    numbers = {row["id"]: row for row in await work.tx.raw.fetch(_NUMBERS, ids)}
    return AgenciesAnswer(
        subscriptions=[
            Subscription(
                subscription_id=row.id,
                agency=row.agency,
                agency_name=row.agency_name,
                events=list(row.events),
                clearance=row.clearance,
                since=row.since,
                deliveries=deliveries[row.id],
                version=row.version,
                road=row.road,
                webhook=numbers[row.id]["state"],
                waiting=numbers[row.id]["waiting"],
                dead=numbers[row.id]["dead"],
            )
            for row in subscriptions
        ]
    )


async def _last_deliveries(subscriptions: list[UUID], work: Work) -> dict[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    rows: list[Any] = await work.tx.raw.fetch(_DELIVERIES, subscriptions, _LAST)
    for row in rows:
        found[row["subscription_id"]].append(
            Delivery(
                event_id=row["event_id"],
                event=row["event"],
                title=row["title"],
                at=row["at"],
                handed_over=row["handed_over"],
            )
        )
    return found
