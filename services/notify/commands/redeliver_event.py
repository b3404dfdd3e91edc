"""Tell an agency one event again, whatever became of it."""

from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.notify.replaying import tell_again
from services.notify.webhooks import TEST_EVENT, open_subscription
from tongxin_contracts.message import Done
from tongxin_contracts.notify.agencies import RedeliverEvent

_FIND = "select * from delivery where message_id = $1 and subscription_id = $2 for update"


async def redeliver_event(command: RedeliverEvent, work: Work) -> Done:
    """By the road the subscription has now; raises WrongState for what is no longer kept or no longer subscribed."""
    subscription = await open_subscription(command.subscription_id, work)
    row = await work.tx.raw.fetchrow(_FIND, command.message_id, subscription.id)
    if row is None or row["event"] == TEST_EVENT:
        raise NotFound
    if row["content"] is None:
        raise WrongState("这件事件的内容已超过 90 天，不再保留")
    if row["event"] not in subscription["events"]:
        raise WrongState("这类事件已不在订阅范围内")
    await tell_again(subscription, [row], work.request_id, work)
    subscription.note("redeliver_event", reason=row["title"] or row["event"])
    return Done(id=subscription.id, version=subscription.version)
