"""Cuts events for the agencies that subscribe to them, and writes them where only those agencies can read.

Always holds: a message has the classification the agency is cleared for and nothing above, the person who acted is
left out, and the event keeps its id, time, version and trace; one event reaches one agency once.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.outbox import Outgoing
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.classification import Classification, cut
from tongxin_contracts.message import Event
from tongxin_contracts.subjects import AGENCY_STREAM, agency_subject


async def forward(events: Sequence[Incoming[Any]], work: Work) -> None:
    """Cut each event for each agency that subscribes to it: one query, one insert, whatever the number."""
    subscriptions = (
        await work.tx.sql.execute(
            select(tables.subscription).where(
                tables.subscription.c.committee.in_({event.envelope.committee for event in events}),
                tables.subscription.c.ended_at.is_(None),
            )
        )
    ).all()
    deliveries = []
    for event in events:
        name = subscribed_name(type(event.data))
        for subscription in subscriptions:
            if subscription.committee == event.envelope.committee and name in subscription.events:
                message_id = derived_id("agency", subscription.agency, event.envelope.id)
                work.outgoing.append(_message(event, subscription, message_id))
                work.hint("delivery", event.envelope.committee)
                deliveries.append(_delivery(event, subscription.id, message_id, name))
    if deliveries:
        await work.tx.sql.execute(insert(tables.delivery).values(deliveries).on_conflict_do_nothing())


def subscribed_name(event: type[Event]) -> str:
    """How a subscription names an event: `proposals.proposal_filed`."""
    return f"{event.service}.{event.message_name}"


def _message(event: Incoming[Any], subscription: Any, message_id: UUID) -> Outgoing:
    type_ = type(event.data)
    content = cut(event.data, Classification(subscription.clearance))
    return Outgoing(
        envelope=replace(event.envelope, actor=f"committee:{event.envelope.committee}"),
        stream=AGENCY_STREAM,
        subject=agency_subject(subscription.agency, type_.message_name, type_.version),
        payload=json.dumps(content, ensure_ascii=False).encode(),
        message_id=message_id,
    )


def _delivery(event: Incoming[Any], subscription_id: UUID, message_id: UUID, name: str) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "committee": event.envelope.committee,
        "subscription_id": subscription_id,
        "event_id": event.envelope.id,
        "event": name,
        "title": getattr(event.data, "title", None),
        "at": event.envelope.time,
    }
