"""What notify can be asked to do."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.classification import Classification
from tongxin_contracts.message import Answer, Command, Done, ShortText
from tongxin_contracts.words import Road

AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]


class NoticesRead(Answer):
    """How many notices are now read that were not before."""

    read: int


class MarkNoticesRead(Command, service="notify", answer=NoticesRead):
    """Mark one's own notices read."""

    notices: list[UUID] = Field(max_length=100)
    every: bool = False
    """All there are, whatever `notices` says."""


class SubscribeAgency(Command, service="notify", answer=Done):
    """Say what an agency is told of the committee's events; its account is made by the operator (decision 18)."""

    subscription_id: UUID
    agency: AgencyId
    agency_name: ShortText
    events: list[ShortText] = Field(min_length=1, max_length=200)
    """Event types as `<service>.<event>`; only those whose visibility is `agencies`."""
    clearance: Classification = Classification.PUBLIC
    """`public`, or `internal` for party and government bodies; nothing above ever leaves."""
    road: Road = Road.ACCOUNT
    """By an account on the bus, which the operator makes, or by a webhook, which `SetWebhook` sets."""


class UnsubscribeAgency(Command, service="notify", answer=Done):
    """Tell an agency no more."""

    subscription_id: UUID
    reason: ShortText
