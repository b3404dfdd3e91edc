"""Say where an agency's events are posted."""

from typing import cast

from sqlalchemy.dialects.postgresql import insert

from chassis.problems import Invalid
from chassis.work import Work
from services.notify import tables
from services.notify.rules.addresses import Blocked, target
from services.notify.settings import NotifySettings
from services.notify.webhooks import open_subscription, post_test
from tongxin_contracts.message import Done
from tongxin_contracts.notify.agencies import SetWebhook, WebhookSet
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import Road, WebhookState


async def set_webhook(command: SetWebhook, work: Work) -> Done:
    """Keep address and sealed secret and post a test event; a new address has to prove itself anew."""
    subscription = await open_subscription(command.subscription_id, work, road=Road.WEBHOOK)
    settings = cast("NotifySettings", work.tools.settings)
    try:
        found = target(command.url, local=settings.webhook_local)
    except Blocked as error:
        raise Invalid(errors=[FieldProblem(field="url", message=error.reason)]) from error
    values = {
        "url": command.url,
        "secret": work.tools.sealer.seal(command.secret, subscription.id),
        "old_secret": None,
        "old_until": None,
        "state": WebhookState.UNTESTED.value,
        "set_at": work.now,
        "tested_at": None,
        "disabled_at": None,
    }
    await work.tx.sql.execute(
        insert(tables.webhook)
        .values(id=subscription.id, committee=command.committee, **values)
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )
    subscription.state(
        WebhookSet(subscription_id=subscription.id, agency=subscription["agency"], host=found.host)
    )
    subscription.note("set_webhook", reason=f"推送到 {found.host}")
    await post_test(subscription, work)
    return Done(id=subscription.id, version=subscription.version)
