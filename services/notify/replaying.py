"""Telling an agency again what was cut for it, by the road its subscription has now.

Always holds: the event keeps its id, so that the agency knows it again; on the bus the message id is new, so that the broker
does not take it for a duplicate; by webhook the delivery is the same one with a fresh row of attempts. What left the
subscription since (an event, a clearance) is not told again.
"""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from chassis import telemetry
from chassis.ids import derived_id
from chassis.outbox import Outgoing
from chassis.work import Work
from services.notify.rules.cutting import cut_again
from tongxin_contracts.catalogue import events_by_type
from tongxin_contracts.classification import Classification
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.subjects import AGENCY_STREAM, agency_subject
from tongxin_contracts.words import Road

_BY_WEBHOOK: Final = """
update delivery set road = 'webhook', state = 'waiting', attempts = 0, next_at = $2, claimed_until = null,
    delivered_at = null, repeats = repeats + 1
where message_id = any($1)
"""
_BY_ACCOUNT: Final = """
update delivery d set road = 'account', state = 'handed', next_at = null, claimed_until = null, repeats = repeats + 1,
    sent_as = s.id
from unnest($1::uuid[], $2::uuid[]) as s (message_id, id) where d.message_id = s.message_id
"""


async def tell_again(subscription: Any, deliveries: Sequence[Any], again: UUID, work: Work) -> None:
    """One statement and, by the account road, one message each; `again` is what makes it, a replay or a command."""
    if not deliveries:
        return
    ids = [row["message_id"] for row in deliveries]
    if subscription["road"] == Road.WEBHOOK:
        await work.tx.raw.execute(_BY_WEBHOOK, ids, work.now)
    else:
        sent_as = [derived_id("again", again, id_) for id_ in ids]
        await work.tx.raw.execute(_BY_ACCOUNT, ids, sent_as)
        work.outgoing += [
            _message(subscription, row, id_) for row, id_ in zip(deliveries, sent_as, strict=True)
        ]
    telemetry.AGENCY_DELIVERIES.labels(subscription["agency"], "repeated").inc(len(ids))
    work.hint("delivery", subscription["committee"])


def content_now(row: Any, clearance: str) -> dict[str, Any]:
    """What was cut, cut again to the clearance of today."""
    type_ = events_by_type().get(json.loads(row["headers"])["ce-type"])
    return cut_again(type_, json.loads(row["content"]), Classification(clearance))


def _message(subscription: Any, row: Any, message_id: UUID) -> Outgoing:
    envelope = Envelope.from_headers(json.loads(row["headers"]))
    _, _, name, version = envelope.type.split(".")
    return Outgoing(
        envelope=envelope,
        stream=AGENCY_STREAM,
        subject=agency_subject(subscription["agency"], name, int(version.removeprefix("v"))),
        payload=json.dumps(content_now(row, subscription["clearance"]), ensure_ascii=False).encode(),
        message_id=message_id,
    )
