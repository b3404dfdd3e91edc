"""The four kinds of message and what each one must say about itself.

A command asks one owner to do something, a query asks one owner to tell something, an event states a fact that is
never taken back, an answer is what a command or query returns. The class keywords (`service`, `aggregate`,
`answer` …) are the declaration; everything else is derived from them.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Self, get_args
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator

from .subjects import (
    ServiceName,
    command_subject,
    event_stream,
    event_subject,
    event_template,
    person_subject,
    query_subject,
)

CommitteeCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
"""A committee's GB/T 2260 division code: six digits, a city ends in 00."""
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=5000)]
Instant = AwareDatetime
"""An instant with its zone; stored in UTC, shown in Asia/Shanghai."""

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Days of other centuries are slips of the pen, and the calendar has no day before its first one to reckon from."""

PAGE_SIZE = 100
"""The most rows a keyset page may have (decision 6)."""


class Message(BaseModel):
    """Anything on the bus: immutable; unknown fields are ignored here and refused at the HTTP door (decision 7)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: ClassVar[ServiceName]
    message_name: ClassVar[str]
    """`proposal_filed`: the last part of the type and of the subject."""
    version: ClassVar[int] = 1


class Visibility(StrEnum):
    """Who may be told of an event at all, before its fields are cut."""

    COMMITTEE = "committee"
    """Inside the committees' own services only."""
    AGENCIES = "agencies"
    """May leave for agencies that subscribe to it."""


class Event(Message):
    """A fact about one aggregate, in the past tense, never taken back."""

    aggregate: ClassVar[str]
    visibility: ClassVar[Visibility]
    label: ClassVar[str]
    """What it is called on a page, in a few Chinese characters; every event that agencies may follow has one."""

    def __init_subclass__(
        cls,
        *,
        service: ServiceName | None = None,
        aggregate: str | None = None,
        version: int = 1,
        visibility: Visibility = Visibility.COMMITTEE,
        label: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if service is None or aggregate is None:
            return
        cls.service, cls.aggregate, cls.version, cls.visibility = service, aggregate, version, visibility
        cls.label = label
        cls.message_name = snake(cls.__name__)

    @classmethod
    def subscribed_name(cls) -> str:
        """How a subscription names it: `proposals.proposal_filed`."""
        return f"{cls.service}.{cls.message_name}"

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type: `tongxin.<service>.<event>.v<N>`."""
        return f"tongxin.{cls.service}.{cls.message_name}.v{cls.version}"

    @classmethod
    def subject(cls, committee: str) -> str:
        """Where an event of this committee is published."""
        return event_subject(committee, cls.service, cls.message_name, cls.version)

    @classmethod
    def template(cls) -> str:
        """The subject without its committee, for metrics, spans and documents."""
        return event_template(cls.service, cls.message_name, cls.version)

    @classmethod
    def stream(cls) -> str:
        """The stream that keeps it."""
        return event_stream(cls.service)


class PersonEvent(Event):
    """A message that carries contact data: it lives in the PERSON stream for 7 days and nowhere else on the bus."""

    @classmethod
    def subject(cls, committee: str) -> str:
        return person_subject(committee, cls.message_name, cls.version)

    @classmethod
    def template(cls) -> str:
        return f"person.{{committee}}.{cls.message_name}.v{cls.version}"

    @classmethod
    def stream(cls) -> str:
        return "PERSON"


class Answer(BaseModel):
    """What a command or query gives back; additive changes only, like every message."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Done(Answer):
    """A command's plainest answer: which aggregate it changed, and the version it has now."""

    id: UUID
    version: int


class Request(Message):
    """A command or a query: who asks is in the token beside it, for which committee is in the message."""

    answer: ClassVar[type[Answer]]
    committee: CommitteeCode
    """The committee the request acts in; the permission's scope is checked against it."""

    @model_validator(mode="after")
    def _days_are_of_our_time(self) -> Self:
        for name in _dated(type(self)):
            for day in _days(getattr(self, name)):
                if not FIRST_YEAR <= day.year <= LAST_YEAR:
                    raise ValueError(f"日期应在{FIRST_YEAR}年到{LAST_YEAR}年之间：{name}")
        return self

    @classmethod
    def permission(cls) -> str:
        """The name a role must hold to make this request: `<service>.<name>`."""
        return f"{cls.service}.{cls.message_name}"

    def __init_subclass__(
        cls,
        *,
        service: ServiceName | None = None,
        answer: type[Answer] | None = None,
        version: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if service is None or answer is None:
            return
        cls.service, cls.answer, cls.version, cls.message_name = service, answer, version, snake(cls.__name__)

    @classmethod
    def subject(cls) -> str:
        """Where the owner listens."""
        raise NotImplementedError


class Command(Request):
    """Asks its owner to do one thing; answered after the commit; sent twice with one id it answers the same."""

    @classmethod
    def subject(cls) -> str:
        return command_subject(cls.service, cls.message_name)


class Query(Request):
    """Asks its owner to tell something; changes nothing."""

    @classmethod
    def subject(cls) -> str:
        return query_subject(cls.service, cls.message_name)


class HistoryEntry(Answer):
    """One line of an aggregate's history as people read it."""

    sequence: int
    at: datetime
    actor: str
    """A person's id, or `system:<name>` for what happened by itself."""
    action: str
    changes: dict[str, Any]
    reason: str | None = None


def snake(name: str) -> str:
    """`ProposalFiled` -> `proposal_filed`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def _dated(kind: type[BaseModel]) -> tuple[str, ...]:
    """Fields that hold a day or an instant, themselves or somewhere inside."""
    return tuple(name for name, field in kind.model_fields.items() if _holds_days(field.annotation))


def _holds_days(annotation: Any) -> bool:
    if not isinstance(annotation, type) or get_args(annotation):
        return any(_holds_days(part) for part in get_args(annotation))
    return issubclass(annotation, date) or (issubclass(annotation, BaseModel) and bool(_dated(annotation)))


def _days(value: Any) -> Iterator[date]:
    if isinstance(value, date):
        yield value
    elif isinstance(value, BaseModel):
        for name in _dated(type(value)):
            yield from _days(getattr(value, name))
    elif isinstance(value, list | tuple | set | frozenset | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _days(part)
