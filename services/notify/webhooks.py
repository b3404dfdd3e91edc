"""What commands and workers do alike with a subscription's webhook: find it, and have a test event posted."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.ids import new_id
from chassis.problems import WrongState
from chassis.work import Aggregate, Work
from services.notify import tables
from services.notify.rules.webhook_bodies import TEST_TYPE
from tongxin_contracts.words import DeliveryState, Road

TEST_EVENT = "notify.webhook_test"


async def open_subscription(id_: UUID, work: Work, *, road: Road | None = None) -> Aggregate:
    """Lock a subscription that is in force; raises NotFound, WrongState."""
    subscription = await work.load(tables.subscription, id_)
    if subscription["ended_at"] is not None:
        raise WrongState("这项订阅已经取消")
    if road is not None and subscription["road"] != road:
        raise WrongState(f"这项订阅不是通过{road.label}送出的，请先在订阅中修改送达方式")
    return subscription


async def find_webhook(subscription: Aggregate, work: Work) -> Any:
    """Its webhook, locked; raises WrongState where none is set."""
    row = (
        await work.tx.sql.execute(
            select(tables.webhook).where(tables.webhook.c.id == subscription.id).with_for_update()
        )
    ).one_or_none()
    if row is None:
        raise WrongState("还没有设置推送地址")
    return row


async def post_test(subscription: Aggregate, work: Work) -> UUID:
    """Put a test event among the deliveries; it is tried once, and nothing waits for it."""
    message_id = new_id()
    committee = subscription["committee"]
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(message_id),
        "ce-type": TEST_TYPE,
        "ce-source": "notify",
        "ce-time": work.now.isoformat(),
        "ce-committee": committee,
        "ce-actor": f"committee:{committee}",
    }
    await work.tx.sql.execute(
        insert(tables.delivery).values(
            message_id=message_id,
            committee=committee,
            subscription_id=subscription.id,
            event_id=message_id,
            event=TEST_EVENT,
            title="测试事件",
            at=work.now,
            road=Road.WEBHOOK.value,
            state=DeliveryState.WAITING.value,
            headers=json.dumps(headers),
            content=json.dumps(
                {"message": "测试事件，请返回 2xx / a test event, answer with 2xx"}, ensure_ascii=False
            ),
            attempts=0,
            next_at=work.now,
            repeats=0,
            is_test=True,
        )
    )
    work.hint("delivery", committee)
    return message_id
