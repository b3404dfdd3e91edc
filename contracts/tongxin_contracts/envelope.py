"""CloudEvents 1.0 in binary mode on NATS: the event's data is the payload, everything about it is in headers.

Attribute values are percent-encoded as the HTTP and NATS bindings ask, so any text survives a header. The event id
is a UUIDv7 and is also the `Nats-Msg-Id`, by which the broker drops a message it has just taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote
from uuid import UUID

MESSAGE_ID: Final = "Nats-Msg-Id"
TRACEPARENT: Final = "traceparent"
TOKEN: Final = "Tongxin-Token"  # noqa: S105  (a header's name)
COMMAND_ID: Final = "Tongxin-Command-Id"
DEADLINE: Final = "Tongxin-Deadline"
"""Unix milliseconds after which nobody waits for the answer any more."""
AS_OF: Final = "Tongxin-As-Of"
"""On a command, in a rehearsal only: the instant in the past (ISO 8601 with its zone) at which it is to have happened."""
STATUS: Final = "Tongxin-Status"
"""HTTP status of an answer; from 400 on the body is a problem (RFC 9457)."""

_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


class EnvelopeError(ValueError):
    """The headers are not those of one of our events; the text says which one is missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who, what, when and in which order; one for each event."""

    id: UUID
    """UUIDv7; the same for ever, also after a replay."""
    type: str
    """`tongxin.<service>.<event>.v<N>`."""
    source: str
    """The service that states the fact."""
    time: datetime
    """When the fact was committed, UTC."""
    committee: str
    """The tenant that owns the aggregate."""
    actor: str
    """A person's id, or `system:<name>`."""
    aggregate: UUID
    """What the fact is about."""
    version: int
    """The aggregate's version with this event: gapless, starting at 1."""
    correlation_id: UUID
    """The command that set all this off."""
    causation_id: UUID
    """What directly led to this event: a command or another event."""
    epoch: int = 1
    """Raised when the owner's database was restored (decision 19)."""
    traceparent: str | None = None
    """W3C trace context of the transaction that wrote the event."""

    def headers(self) -> dict[str, str]:
        """As NATS headers, without the message id, which the relay chooses."""
        attributes = {
            "ce-specversion": "1.0",
            "ce-id": str(self.id),
            "ce-type": self.type,
            "ce-source": self.source,
            "ce-time": self.time.isoformat(),
            "ce-committee": self.committee,
            "ce-actor": self.actor,
            "ce-aggregate": str(self.aggregate),
            "ce-aggregateversion": str(self.version),
            "ce-correlationid": str(self.correlation_id),
            "ce-causationid": str(self.causation_id),
            "ce-epoch": str(self.epoch),
        }
        encoded = {name: quote(value, safe=_SAFE) for name, value in attributes.items()}
        encoded["content-type"] = "application/json"
        if self.traceparent:
            encoded[TRACEPARENT] = self.traceparent
        return encoded

    @classmethod
    def from_headers(cls, headers: Mapping[str, str] | None) -> "Envelope":
        """Read the headers back; raises EnvelopeError that names the attribute at fault."""
        found = headers or {}

        def get(name: str) -> str:
            if name not in found:
                raise EnvelopeError(f"header {name} is missing")
            return unquote(found[name])

        try:
            return cls(
                id=UUID(get("ce-id")),
                type=get("ce-type"),
                source=get("ce-source"),
                time=datetime.fromisoformat(get("ce-time")),
                committee=get("ce-committee"),
                actor=get("ce-actor"),
                aggregate=UUID(get("ce-aggregate")),
                version=int(get("ce-aggregateversion")),
                correlation_id=UUID(get("ce-correlationid")),
                causation_id=UUID(get("ce-causationid")),
                epoch=int(found.get("ce-epoch", "1")),
                traceparent=found.get(TRACEPARENT),
            )
        except EnvelopeError:
            raise
        except ValueError as error:
            raise EnvelopeError(str(error)) from error
