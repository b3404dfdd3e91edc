"""Say what an agency is told of the committee's events."""

from collections.abc import Sequence

from sqlalchemy import select

from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.catalogue import agency_events
from tongxin_contracts.classification import Classification, allows
from tongxin_contracts.message import Done
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.notify.events import AgencySubscribed
from tongxin_contracts.problems import FieldProblem


async def subscribe_agency(command: SubscribeAgency, work: Work) -> Done:
    """Begin to forward; raises Invalid for an event no agency may have, WrongState for a second subscription."""
    check_content(command.events, command.clearance)
    known = await work.tx.sql.scalar(
        select(tables.subscription.c.id).where(
            tables.subscription.c.committee == command.committee,
            tables.subscription.c.agency == command.agency,
            tables.subscription.c.ended_at.is_(None),
        )
    )
    if known is not None:
        raise WrongState("该机构已订阅本级政协的事件，请在原订阅中修改")
    subscription = work.create(
        tables.subscription,
        command.subscription_id,
        agency=command.agency,
        agency_name=command.agency_name,
        events=sorted(set(command.events)),
        clearance=command.clearance.value,
        road=command.road.value,
        since=work.now,
    )
    subscription.state(
        AgencySubscribed(
            subscription_id=subscription.id, agency=command.agency, events=tuple(subscription["events"])
        )
    )
    subscription.note("subscribe_agency")
    return Done(id=subscription.id, version=subscription.version)


def check_content(events: Sequence[str], clearance: Classification) -> None:
    """Raise Invalid for an event no agency may have, or a clearance no agency can have."""
    offered = sorted(event.subscribed_name() for event in agency_events())
    errors = [
        FieldProblem(
            field=f"events.{place}", message=f"“{name}”不能提供给外部机构，可选：{'、'.join(offered)}"
        )
        for place, name in enumerate(events)
        if name not in offered
    ]
    if not allows(Classification.INTERNAL, clearance):
        errors.append(FieldProblem(field="clearance", message="外部机构最多只能获得“内部”级字段"))
    if errors:
        raise Invalid(errors=errors)
