"""Have a test event posted to an agency's address."""

from chassis.work import Work
from services.notify.webhooks import find_webhook, open_subscription, post_test
from tongxin_contracts.notify.agencies import SendTestEvent, TestEventSent
from tongxin_contracts.words import Road


async def send_test_event(command: SendTestEvent, work: Work) -> TestEventSent:
    """It goes out within a second or so; a worker writes down what became of it."""
    subscription = await open_subscription(command.subscription_id, work, road=Road.WEBHOOK)
    await find_webhook(subscription, work)
    return TestEventSent(message_id=await post_test(subscription, work))
