"""An event as an agency gets it: the envelope, and as much of the content as the agency is cleared for.

Always holds: what was cut is absent, never empty or invented; a field that a newer sender added is kept in `data`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model

from .catalogue import events_by_type
from .envelope import Envelope, EnvelopeError
from .message import Event


class UnreadableEvent(ValueError):
    """The message is not one of our events; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyEvent:
    """One event, cut for one agency."""

    envelope: Envelope
    data: dict[str, Any]
    """The fields this agency may have, as JSON has them."""

    @property
    def id(self) -> UUID:
        """The event's id, the same when it comes again: de-duplicate by it."""
        return self.envelope.id

    @property
    def type(self) -> str:
        """`tongxin.<service>.<event>.v<N>`."""
        return self.envelope.type

    @property
    def committee(self) -> str:
        """The committee whose matter it is, as six digits."""
        return self.envelope.committee

    @property
    def time(self) -> datetime:
        """When the fact was committed, UTC."""
        return self.envelope.time

    @property
    def version(self) -> int:
        """Which change of the aggregate this is; an agency that gets only some events sees gaps."""
        return self.envelope.version

    @property
    def traceparent(self) -> str | None:
        """W3C trace context, for whoever traces the way on."""
        return self.envelope.traceparent

    def message(self) -> Event | None:
        """The content as its class; None for a type this wheel does not know.

        A field that was cut is no attribute of it: `model_fields_set` names those that came. Raises pydantic's
        ValidationError when a field is not what its class says.
        """
        event = events_by_type().get(self.type)
        if event is None:
            return None
        came = frozenset(self.data) & frozenset(event.model_fields)
        values = dict(_reader(event, came).model_validate(self.data))
        made = event.model_construct(_fields_set=set(came), **values)
        for name in event.model_fields:
            if name not in came:
                made.__dict__.pop(name, None)  # a default would look like something that was said
        return made

    @classmethod
    def read(cls, headers: Mapping[str, str] | None, payload: bytes) -> "AgencyEvent":
        """From a message's headers and payload; raises UnreadableEvent."""
        try:
            data = json.loads(payload)
            envelope = Envelope.from_headers(headers)
        except (EnvelopeError, ValueError) as error:
            raise UnreadableEvent(str(error)) from error
        if not isinstance(data, dict):
            raise UnreadableEvent("the payload is not an object")
        return cls(envelope=envelope, data=data)


@cache
def _reader(event: type[Event], fields: frozenset[str]) -> type[BaseModel]:
    """A class with only these fields, each one as the event declares it."""
    declared: dict[str, Any] = {
        name: (field.annotation, field) for name, field in event.model_fields.items() if name in fields
    }
    return create_model(event.__name__, __config__=ConfigDict(extra="ignore"), **declared)
