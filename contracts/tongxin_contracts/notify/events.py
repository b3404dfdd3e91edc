"""What notify states on the shared bus; what it cuts for agencies has the classes of the events it cuts."""

from uuid import UUID

from tongxin_contracts.classification import Public
from tongxin_contracts.message import Event


class AgencySubscribed(Event, service="notify", aggregate="subscription"):
    """From now on an agency is told of some events of the committee."""

    subscription_id: Public[UUID]
    agency: Public[str]
    events: Public[tuple[str, ...]]


class AgencyUnsubscribed(Event, service="notify", aggregate="subscription"):
    """An agency is no longer told."""

    subscription_id: Public[UUID]
    agency: Public[str]
