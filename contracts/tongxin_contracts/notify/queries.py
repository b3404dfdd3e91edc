"""What notify can be asked to tell."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Classification
from tongxin_contracts.message import PAGE_SIZE, Answer, Query
from tongxin_contracts.words import NoticeKind, Road, TaskKind, WebhookState


class Todo(Answer):
    """One thing to do."""

    task_id: UUID
    kind: TaskKind
    title: str
    matter: UUID
    about: UUID | None = None
    """What its page shows, where that is not `matter` itself."""
    unit: UUID | None = None
    """The handling unit it waits for."""
    due_at: datetime | None
    opened_at: datetime
    for_role: str | None
    """The role it waits for, None when it is this person's own."""


class Notice(Answer):
    """One notice to one person."""

    notice_id: UUID
    kind: NoticeKind
    title: str
    body: str
    matter: UUID
    task: TaskKind | None = None
    """For a reminder: what is to be done, so that the notice leads where the work is done."""
    about: UUID | None = None
    at: datetime
    read: bool


class WorkCount(Answer):
    """How much of one kind is to do."""

    kind: TaskKind
    open: int
    overdue: int


class MyWorkAnswer(Answer):
    """What is to do, the one due first on top, and the newest notices."""

    todos: list[Todo]
    notices: list[Notice]
    unread: int
    counts: list[WorkCount] = Field(default_factory=list)
    """Of everything that is to do, whatever the page: the kind with most overdue on top."""
    next: str | None = None


class MyWork(Query, service="notify", answer=MyWorkAnswer):
    """One's own work and what waits for one's roles."""

    kind: TaskKind | None = None
    """Only todos of this kind; the counts are of all."""
    after: str | None = None
    limit: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE)


class NoticePage(Answer):
    """A page of notices, the newest first."""

    notices: list[Notice]
    unread: int
    next: str | None


class Notices(Query, service="notify", answer=NoticePage):
    """One's own notices."""

    kind: NoticeKind | None = None
    unread_only: bool = False
    after: str | None = None
    limit: int = Field(default=30, ge=1, le=PAGE_SIZE)


class Delivery(Answer):
    """One event that was cut for an agency."""

    event_id: UUID
    event: str
    title: str | None
    at: datetime
    handed_over: bool
    """Whether it is in the agency's stream."""


class Subscription(Answer):
    """What one agency is told, and what it was told last."""

    subscription_id: UUID
    agency: str
    agency_name: str
    events: list[str]
    clearance: Classification
    since: datetime
    deliveries: list[Delivery]
    """The last 20."""
    version: int = 0
    road: Road = Road.ACCOUNT
    webhook: WebhookState | None = None
    """None where no address is set, or the road is another."""
    waiting: int = 0
    dead: int = 0
    """Events that could not be delivered."""


class AgenciesAnswer(Answer):
    """Agencies that are told of the committee's events."""

    subscriptions: list[Subscription]


class Agencies(Query, service="notify", answer=AgenciesAnswer):
    """Which agencies are told what."""
