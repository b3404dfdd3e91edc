"""Which agencies are told what, and what they were told last."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.queries import Agencies, AgenciesAnswer, Delivery, Subscription

_LAST = 20


async def agencies(query: Agencies, work: Work) -> AgenciesAnswer:
    """Subscriptions in force with their last deliveries; two statements, whatever their number."""
    subscriptions = (
        await work.tx.sql.execute(
            select(tables.subscription)
            .where(
                tables.subscription.c.committee == query.committee, tables.subscription.c.ended_at.is_(None)
            )
            .order_by(tables.subscription.c.agency_name)
        )
    ).all()
    deliveries = await _last_deliveries([row.id for row in subscriptions], work)
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
            )
            for row in subscriptions
        ]
    )


async def _last_deliveries(subscriptions: list[UUID], work: Work) -> dict[UUID, list[Delivery]]:
    columns = tables.delivery.c
    place = func.row_number().over(partition_by=columns.subscription_id, order_by=columns.at.desc())
    ranked = (
        select(tables.delivery, place.label("place"))
        .where(columns.subscription_id.in_(subscriptions))
        .subquery()
    )
    published = text(
        "select message_id from outbox where published_at is not null and message_id = any(:ids)"
    )
    rows = (
        await work.tx.sql.execute(select(ranked).where(ranked.c.place <= _LAST).order_by(ranked.c.place))
    ).all()
    handed: set[Any] = set()
    if rows:
        handed = set(
            (await work.tx.sql.execute(published, {"ids": [row.message_id for row in rows]})).scalars()
        )
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    for row in rows:
        found[row.subscription_id].append(
            Delivery(
                event_id=row.event_id,
                event=row.event,
                title=row.title,
                at=row.at,
                handed_over=row.message_id in handed,
            )
        )
    return found
