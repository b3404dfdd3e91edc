"""Sign an agency's deliveries with a new secret, for a day also with the old one."""

from sqlalchemy import update

from chassis.work import Work
from services.notify import tables
from services.notify.rules.signatures import OLD_SECRET
from services.notify.webhooks import find_webhook, open_subscription
from tongxin_contracts.message import Done
from tongxin_contracts.notify.agencies import RotateSecret, WebhookSecretRotated
from tongxin_contracts.words import Road


async def rotate_secret(command: RotateSecret, work: Work) -> Done:
    """The one before the old one is forgotten at once: two secrets are known at a time, never three."""
    subscription = await open_subscription(command.subscription_id, work, road=Road.WEBHOOK)
    webhook = await find_webhook(subscription, work)
    until = work.now + OLD_SECRET
    await work.tx.sql.execute(
        update(tables.webhook)
        .where(tables.webhook.c.id == subscription.id)
        .values(
            secret=work.tools.sealer.seal(command.secret, subscription.id),
            old_secret=webhook.secret,
            old_until=until,
        )
    )
    subscription.state(
        WebhookSecretRotated(subscription_id=subscription.id, agency=subscription["agency"], old_until=until)
    )
    subscription.note("rotate_secret")
    return Done(id=subscription.id, version=subscription.version)
