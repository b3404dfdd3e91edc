"""Tell an agency no more; what it was told stays in its stream and in the record."""

from sqlalchemy import update

from chassis.problems import WrongState
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.message import Done
from tongxin_contracts.notify.commands import UnsubscribeAgency
from tongxin_contracts.notify.events import AgencyUnsubscribed
from tongxin_contracts.words import DeliveryState


async def unsubscribe_agency(command: UnsubscribeAgency, work: Work) -> Done:
    """End a subscription and what still waits to be posted; raises WrongState for one that has ended."""
    subscription = await work.load(tables.subscription, command.subscription_id)
    if subscription["ended_at"] is not None:
        raise WrongState("这项订阅已经取消")
    subscription.change(ended_at=work.now)
    subscription.state(AgencyUnsubscribed(subscription_id=subscription.id, agency=subscription["agency"]))
    subscription.note("unsubscribe_agency", reason=command.reason)
    columns = tables.delivery.c
    await work.tx.sql.execute(
        update(tables.delivery)
        .where(columns.subscription_id == subscription.id, columns.state == DeliveryState.WAITING)
        .values(state=DeliveryState.STOPPED.value, next_at=None)
    )
    return Done(id=subscription.id, version=subscription.version)
