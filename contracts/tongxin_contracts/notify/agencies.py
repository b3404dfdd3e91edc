"""Agencies (外部机构): what they are told, by which road, what was delivered when, and telling it once more.

Always holds: a webhook's secret travels in the command that sets it and in nothing else, for answers of commands are stored and
events are read by others; a webhook's address beyond its host is known to the committee's administrators alone.
"""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from tongxin_contracts.classification import Classification, Internal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, Instant, Query, ShortText
from tongxin_contracts.words import AttemptOutcome, DeliveryState, Road, WebhookState

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  (what secrets of Standard Webhooks begin with)
_SECRET_BYTES: Final = (24, 64)
MAX_REPLAY: Final = 10_000
"""Events one replay may tell again."""


def _secret(value: str) -> str:
    if not value.startswith(SECRET_PREFIX):
        raise ValueError("密钥应以 whsec_ 开头")
    try:
        key = base64.b64decode(value.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("密钥 whsec_ 之后应为 Base64") from error
    shortest, longest = _SECRET_BYTES
    if not shortest <= len(key) <= longest or len(set(key)) < shortest // 3:
        raise ValueError(f"密钥应为 {shortest} 至 {longest} 个随机字节")
    return value


Secret = Annotated[
    str,
    StringConstraints(max_length=120),
    AfterValidator(_secret),
    Field(json_schema_extra={"pattern": "^whsec_[A-Za-z0-9+/]{32,86}={0,2}$"}),
]
"""`whsec_` and the Base64 of 24 to 64 random bytes, as Standard Webhooks writes them; made by whoever asks."""
WebhookUrl = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]


class ChangeSubscription(Command, service="notify", answer=Done):
    """Change what an agency is told, or by which road, from now on."""

    subscription_id: UUID
    expected_version: int
    """The version that was read."""
    agency_name: ShortText
    events: list[ShortText] = Field(min_length=1, max_length=200)
    clearance: Classification
    road: Road


class SetWebhook(Command, service="notify", answer=Done):
    """Say where an agency's events are posted, and with which new secret; a test event goes out at once.

    Events go there only after the test was answered with 2xx, so that nobody is sent what somebody mistyped.
    """

    subscription_id: UUID
    url: WebhookUrl
    secret: Secret


class RotateSecret(Command, service="notify", answer=Done):
    """Sign with a new secret; for 24 hours also with the old one, so that the agency changes when it likes."""

    subscription_id: UUID
    secret: Secret


class TestEventSent(Answer):
    """A test event is on its way; what became of it is among the deliveries."""

    message_id: UUID


class SendTestEvent(Command, service="notify", answer=TestEventSent):
    """Post a test event; 2xx lets events go there, also where the webhook had been disabled."""

    subscription_id: UUID


class Replaying(Answer):
    """How many events are told again."""

    replay_id: UUID
    wanted: int


class ReplayEvents(Command, service="notify", answer=Replaying):
    """Tell an agency again what was cut for it between two instants, with the same event ids."""

    replay_id: UUID
    subscription_id: UUID
    since: Instant
    until: Instant | None = None
    """None: until now."""

    @model_validator(mode="after")
    def _in_order(self) -> "ReplayEvents":
        if self.until is not None and self.until <= self.since:
            raise ValueError("结束时间应晚于开始时间")
        return self


class RedeliverEvent(Command, service="notify", answer=Done):
    """Tell one event again, whatever became of it."""

    subscription_id: UUID
    message_id: UUID


class SubscriptionChanged(Event, service="notify", aggregate="subscription"):
    """What an agency is told, or how, is different from now on."""

    subscription_id: Public[UUID]
    agency: Public[str]
    events: Public[tuple[str, ...]]
    clearance: Public[Classification]
    road: Public[Road]


class WebhookSet(Event, service="notify", aggregate="subscription"):
    """An agency's events are posted to a host, once it has answered the test."""

    subscription_id: Public[UUID]
    agency: Public[str]
    host: Internal[str]


class WebhookSecretRotated(Event, service="notify", aggregate="subscription"):
    """Deliveries are signed with a new secret."""

    subscription_id: Public[UUID]
    agency: Public[str]
    old_until: Internal[datetime]


class WebhookActivated(Event, service="notify", aggregate="subscription"):
    """The address answered a test event: events go there."""

    subscription_id: Public[UUID]
    agency: Public[str]


class WebhookDisabled(Event, service="notify", aggregate="subscription"):
    """No more events go to the address, because it said so (410); they wait until a test succeeds."""

    subscription_id: Public[UUID]
    agency: Public[str]


class ReplayAsked(Event, service="notify", aggregate="subscription"):
    """An agency is told again what it was told in a span of time."""

    subscription_id: Public[UUID]
    agency: Public[str]
    replay_id: Public[UUID]
    since: Public[datetime]
    until: Public[datetime]
    wanted: Public[int]


class Webhook(Answer):
    """Where events are posted, without the secret."""

    url: str
    state: WebhookState
    tested_at: datetime | None
    disabled_at: datetime | None
    old_secret_until: datetime | None
    """Until when deliveries are signed with the former secret too."""


class Attempt(Answer):
    """One attempt to post an event."""

    at: datetime
    outcome: AttemptOutcome
    status: int | None
    """The HTTP status, None where there was no answer."""
    milliseconds: int
    words: str
    """The first bytes of the answer, or why there was none."""


class AgencyDelivery(Answer):
    """One event cut for an agency, and what became of it."""

    message_id: UUID
    event_id: UUID
    event: str
    title: str | None
    at: datetime
    """When the event was committed."""
    road: Road
    state: DeliveryState
    delivered_at: datetime | None
    next_at: datetime | None
    """When it is tried next."""
    repeats: int
    """How often it was told again."""
    attempts: list[Attempt]
    """The last ten, the newest first."""


class Day(Answer):
    """What became of one day's events."""

    on: date
    delivered: int
    waiting: int
    dead: int


class Replay(Answer):
    """A replay and how far it is."""

    replay_id: UUID
    since: datetime
    until: datetime
    asked_at: datetime
    wanted: int
    done: int
    finished_at: datetime | None


class Channel(Answer):
    """The agency's consumer on the bus."""

    found: bool
    """Whether the operator has made the account."""
    waiting: int
    """Events it has not fetched."""
    in_hand: int
    """Events it fetched and has not acknowledged."""
    looked_at: datetime


class AgencyDeliveriesAnswer(Answer):
    """One subscription and a page of its deliveries, the newest first."""

    subscription_id: UUID
    version: int
    agency: str
    agency_name: str
    events: list[str]
    clearance: Classification
    road: Road
    since: datetime
    ended_at: datetime | None
    webhook: Webhook | None
    channel: Channel | None
    counts: dict[DeliveryState, int]
    days: list[Day]
    """The last seven, the oldest first."""
    dead: list[AgencyDelivery]
    """What could not be delivered, at most 20; also among `deliveries`."""
    deliveries: list[AgencyDelivery]
    replays: list[Replay]
    """The last three."""
    next: str | None = None


class AgencyDeliveries(Query, service="notify", answer=AgencyDeliveriesAnswer):
    """What was delivered to an agency when."""

    subscription_id: UUID
    state: DeliveryState | None = None
    event: ShortText | None = None
    since: Instant | None = None
    after: str | None = None
    limit: int = Field(default=30, ge=1, le=100)
