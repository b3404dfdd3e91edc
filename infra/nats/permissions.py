"""What each user of the bus may publish and subscribe to, by subject; all that is not named here is refused.

A service writes its own events and nobody else's, answers its own commands and queries, and of JetStream's API has
only the calls on its own consumers and streams. An agency has three calls on one consumer. A denied JetStream call
shows at the client as a timeout only, so a new need starts here, not in the code that times out.

Known limit of NATS: the reply subject of a request is not checked against permissions. A service that turned bad
could name another's event subject as reply; the relay's sequence fence would show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.topology import quarantine_stream
from tongxin_contracts import subjects


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects one user may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


OPERATOR = Permissions(publish=(">",), subscribe=(">",))
"""Provisions, reads letters, mends; its key is used by the command line alone."""


def inbox_prefix(user: str) -> str:
    """Where a user's replies arrive; every client must connect with its own, others are refused."""
    return f"_INBOX.{user}"


def service_permissions(service: str, follows: Sequence[str]) -> Permissions:
    """Least privilege of one of the five processes, given the streams it follows."""
    publish = [f"hint.*.{service}", subjects.poke_subject(service)]
    subscribe = [f"{inbox_prefix(service)}.>", subjects.poke_subject(service)]
    owned = owned_streams(service)
    if service in subjects.OWNERS:
        publish.append(f"evt.*.{service}.>")
        subscribe += [f"cmd.{service}.>", f"qry.{service}.>"]
        # A standing right to answer the portal, which alone asks. `allow_responses` would be narrower, but the server
        # forgets what it allowed at every reload, and requests in flight would wait for an answer that is dropped.
        publish.append(f"{inbox_prefix('portal')}.>")
        publish += _read_quarantine()
    if subjects.PERSON_STREAM in owned:
        publish.append("person.>")
    if service in _MAKES_FILES:
        publish += _write_quarantine()
    if subjects.AGENCY_STREAM in owned:
        publish += ["agency.>", "$JS.API.CONSUMER.INFO.AGENCY.*"]
    if service == "portal":
        publish += ["cmd.*.*", "qry.*.*", *_read_quarantine(), *_write_quarantine()]
        subscribe.append("hint.>")
    for stream in owned:
        publish += [f"$JS.API.STREAM.MSG.GET.{stream}", f"$JS.API.DIRECT.GET.{stream}"]
        publish.append(f"$JS.API.DIRECT.GET.{stream}.>")
    publish += [f"$JS.API.STREAM.INFO.{stream}" for stream in dict.fromkeys((*owned, *follows))]
    for stream in follows:
        publish += consumer_calls(stream, subjects.consumer_name(service))
    return Permissions(tuple(publish), tuple(subscribe))


_MAKES_FILES = ("members", "proposals", "consultation")
"""Owners that hand files out: the exported roster; attachments of proposals; documents of consultations."""

AGENCY_API_PREFIX = "TONGXIN.API"
"""Prefix of JetStream's API inside an agency's account, for clients that want more than pulling.

Under its usual name CONSUMER.INFO is answered by the agency's own account, which has no JetStream; the import of the
other account's is only reached under another name.
"""


def agency_permissions(agency: str) -> Permissions:
    """An agency pulls from its one consumer, looks at it, and acknowledges; nothing else."""
    return Permissions(publish=tuple(local for _, local in agency_imports(agency)), subscribe=("_INBOX.>",))


def agency_imports(agency: str) -> list[tuple[str, str]]:
    """What an agency's account takes from ours: (subject with us, subject in its account)."""
    pull, info, ack = consumer_calls(subjects.AGENCY_STREAM, subjects.agency_consumer(agency))
    prefixed = [(subject, subject.replace("$JS.API", AGENCY_API_PREFIX, 1)) for subject in (pull, info)]
    return [(pull, pull), *prefixed, (ack, ack)]


def owned_streams(service: str) -> tuple[str, ...]:
    """Streams whose only writer is this service's relay."""
    if service not in subjects.OWNERS:
        return ()
    own = [subjects.event_stream(service)]
    if service == "members":
        own.append(subjects.PERSON_STREAM)
    if service == "notify":
        own.append(subjects.AGENCY_STREAM)
    return tuple(own)


def consumer_calls(stream: str, consumer: str) -> list[str]:
    """The three subjects a reader of one durable needs: pull, look, acknowledge."""
    return [
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}",
        f"$JS.API.CONSUMER.INFO.{stream}.{consumer}",
        f"$JS.ACK.{stream}.{consumer}.>",
    ]


def _read_quarantine() -> list[str]:
    """What reading one object needs: its metadata, then an ordered consumer over its chunks."""
    stream = quarantine_stream()
    return [
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        "$JS.API.STREAM.NAMES",
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.DELETE.{stream}.*",
        f"$JS.API.CONSUMER.INFO.{stream}.*",
        f"$JS.FC.{stream}.>",
    ]


def _write_quarantine() -> list[str]:
    """What storing one object needs; the purge takes back the chunks of an upload that broke off."""
    bucket = subjects.QUARANTINE_BUCKET
    return [f"$O.{bucket}.C.*", f"$O.{bucket}.M.*", f"$JS.API.STREAM.PURGE.{quarantine_stream()}"]
