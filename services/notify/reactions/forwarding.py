"""Cuts events for the agencies that subscribe to them, and hands them to each agency's road: its account or its webhook.

Always holds: a message has the classification the agency is cleared for and nothing above, the person who acted is
left out, and the event keeps its id, time, version and trace; one event reaches one agency once. What was cut is kept, so
that it can be told again (ADR 0013).
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from chassis import telemetry
from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.outbox import Outgoing
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.classification import Classification, cut
from tongxin_contracts.subjects import AGENCY_STREAM, agency_subject
from tongxin_contracts.words import DeliveryState, Road

HANDED = "handed"
"""State of a delivery by the account road: the outbox knows the rest."""
_SUBSCRIPTIONS: Final = "select * from subscription where committee = any($1) and ended_at is null"
"""Asked for every event there is, hence as it stands (docs/performance.md)."""


async def forward(events: Sequence[Incoming[Any]], work: Work) -> None:
    """Cut each event for each agency that subscribes to it: one query, one insert, whatever the number."""
    subscriptions = await work.tx.raw.fetch(
        _SUBSCRIPTIONS, list({event.envelope.committee for event in events})
    )
    deliveries = []
    for event in events:
        name = type(event.data).subscribed_name()
        for subscription in subscriptions:
            if subscription["committee"] == event.envelope.committee and name in subscription["events"]:
                delivery, message = _cut(event, subscription, work)
                deliveries.append(delivery)
                if message is not None:
                    work.outgoing.append(message)
                work.hint("delivery", event.envelope.committee)
                telemetry.AGENCY_DELIVERIES.labels(subscription["agency"], "cut").inc()
    work.insert_later(tables.delivery, deliveries)


def _cut(event: Incoming[Any], subscription: Any, work: Work) -> tuple[dict[str, Any], Outgoing | None]:
    """The row that keeps it, and by the account road the message."""
    type_ = type(event.data)
    envelope = replace(event.envelope, actor=f"committee:{event.envelope.committee}")
    content = json.dumps(cut(event.data, Classification(subscription["clearance"])), ensure_ascii=False)
    message_id = derived_id("agency", subscription["agency"], event.envelope.id)
    by_webhook = subscription["road"] == Road.WEBHOOK
    delivery = {
        "message_id": message_id,
        "committee": event.envelope.committee,
        "subscription_id": subscription["id"],
        "event_id": event.envelope.id,
        "event": type_.subscribed_name(),
        "title": getattr(event.data, "title", None),
        "at": event.envelope.time,
        "road": subscription["road"],
        "state": DeliveryState.WAITING if by_webhook else HANDED,
        "headers": json.dumps(envelope.headers()),
        "content": content,
        "sent_as": None if by_webhook else message_id,
        "attempts": 0,
        "next_at": work.now if by_webhook else None,
        "repeats": 0,
        "is_test": False,
    }
    if by_webhook:
        return delivery, None
    return delivery, Outgoing(
        envelope=envelope,
        stream=AGENCY_STREAM,
        subject=agency_subject(subscription["agency"], type_.message_name, type_.version),
        payload=content.encode(),
        message_id=message_id,
    )
