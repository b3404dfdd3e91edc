"""Every subject, stream and consumer name on the bus, in one place.

A subject names a committee, a service and a message, never a person or a thing: a server's subject index and
every metric stay small, and a permission can be written down before there is any data.
"""

import re
from typing import Final, Literal, get_args

ServiceName = Literal["members", "proposals", "consultation", "notify", "portal"]
"""The five processes. The portal owns no events; it follows others and calls commands and queries."""

SERVICES: Final[tuple[ServiceName, ...]] = get_args(ServiceName)
OWNERS: Final[tuple[ServiceName, ...]] = ("members", "proposals", "consultation", "notify")
"""Services that own a stream of events, commands and queries."""

PERSON_STREAM: Final = "PERSON"
"""Contact data on its way from members to the portal and notify: 7 days, then gone (decision 15)."""
AGENCY_STREAM: Final = "AGENCY"
"""What notify cut for agencies; each has one consumer there and sees nothing else."""
ADVISORY_STREAM: Final = "ADVISORIES"
"""The server's own notes about messages it gave up on; they are lost unless a stream keeps them."""
QUARANTINE_BUCKET: Final = "QUARANTINE"
"""Uploaded files that no command has taken yet; swept after 24 hours by the bucket's age limit."""

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
_COMMITTEE = re.compile(r"^\d{6}$")


def event_stream(service: str) -> str:
    """The one stream a service's events live in, written by its relay alone."""
    return f"EVT_{service.upper()}"


def event_subject(committee: str, service: str, event: str, version: int) -> str:
    """`evt.<committee>.<service>.<event>.v<N>`; raises ValueError for anything that is not a plain name."""
    if not _COMMITTEE.match(committee):
        raise ValueError(f"not a committee code: {committee!r}")
    return f"evt.{committee}.{_name(service)}.{_name(event)}.v{version}"


def event_template(service: str, event: str, version: int) -> str:
    """The subject with its committee left open: what metrics and span names use."""
    return f"evt.{{committee}}.{_name(service)}.{_name(event)}.v{version}"


def person_subject(committee: str, event: str, version: int) -> str:
    """Subject of a message in the PERSON stream."""
    if not _COMMITTEE.match(committee):
        raise ValueError(f"not a committee code: {committee!r}")
    return f"person.{committee}.{_name(event)}.v{version}"


def command_subject(service: str, verb: str) -> str:
    """`cmd.<service>.<verb>`: answered by one replica of the owner, after its commit."""
    return f"cmd.{_name(service)}.{_name(verb)}"


def query_subject(service: str, name: str) -> str:
    """`qry.<service>.<name>`: answered by one replica of the owner, changes nothing."""
    return f"qry.{_name(service)}.{_name(name)}"


def poke_subject(service: str) -> str:
    """Where a replica says "there are rows in the outbox"; a hint, never the truth."""
    return f"poke.{_name(service)}"


def hint_subject(committee: str, service: str) -> str:
    """Where a service says after a commit that something changed, for live pages; a hint, never the truth."""
    return f"hint.{committee}.{_name(service)}"


def agency_subject(agency: str, event: str, version: int) -> str:
    """Subject of a message cut for one agency."""
    return f"agency.{_name(agency)}.{_name(event)}.v{version}"


def agency_template(event: str, version: int) -> str:
    """The same with the agency left open, for documents."""
    return f"agency.{{agency}}.{_name(event)}.v{version}"


def consumer_name(service: str) -> str:
    """The durable consumer a service has on each stream it follows."""
    return _name(service)


def agency_consumer(agency: str) -> str:
    """The one durable consumer of an agency on the AGENCY stream."""
    return f"agency_{_name(agency)}"


def subject_template(subject: str) -> str:
    """A concrete event's subject with committee or agency left open, as spans name it."""
    first, _who, *rest = subject.split(".")
    return ".".join((first, "{agency}" if first == "agency" else "{committee}", *rest))


def _name(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError(f"not a plain name for a subject: {value!r}")
    return value
