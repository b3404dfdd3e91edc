"""Change what an agency is told, or by which road."""

from chassis.problems import WrongState
from chassis.work import Work
from services.notify import tables
from services.notify.commands.subscribe_agency import check_content
from tongxin_contracts.message import Done
from tongxin_contracts.notify.agencies import ChangeSubscription, SubscriptionChanged


async def change_subscription(command: ChangeSubscription, work: Work) -> Done:
    """From now on it is so; what was cut before keeps its road, and is cut again to a lower clearance when it goes out."""
    check_content(command.events, command.clearance)
    subscription = await work.load(tables.subscription, command.subscription_id)
    subscription.expect(command.expected_version)
    if subscription["ended_at"] is not None:
        raise WrongState("这项订阅已经取消")
    subscription.change(
        agency_name=command.agency_name,
        events=sorted(set(command.events)),
        clearance=command.clearance.value,
        road=command.road.value,
    )
    subscription.state(
        SubscriptionChanged(
            subscription_id=subscription.id,
            agency=subscription["agency"],
            events=tuple(subscription["events"]),
            clearance=command.clearance,
            road=command.road,
        )
    )
    subscription.note("change_subscription")
    return Done(id=subscription.id, version=subscription.version)
