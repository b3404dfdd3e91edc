"""Every message there is, found once, and the checks that a message must pass to be one.

Subjects, documents, permissions and the REST API are made by walking these lists, so nothing can be in one of them
and not in the others.
"""

from functools import cache
from types import ModuleType
from typing import TypeVar

from .classification import Classification, level_of, nested_models
from .consultation import commands as consultation_commands
from .consultation import events as consultation_events
from .consultation import planning, processes, teams, templates
from .consultation import queries as consultation_queries
from .members import commands as members_commands
from .members import coverage, duty_days, erasure, memberships, points
from .members import events as members_events
from .members import queries as members_queries
from .message import Command, Event, Message, PersonEvent, Query, Request, Visibility
from .notify import agencies, channels, circulars
from .notify import commands as notify_commands
from .notify import events as notify_events
from .notify import queries as notify_queries
from .permissions import GRANTS
from .proposals import (
    calls,
    evidence,
    feedback_commands,
    feedback_events,
    feedback_queries,
    handling_commands,
    handling_events,
    handling_queries,
    joint_commands,
    joint_queries,
    review_commands,
    review_events,
    review_queries,
)
from .proposals import commands as proposals_commands
from .proposals import events as proposals_events
from .proposals import queries as proposals_queries
from .restoring import AGGREGATE_RESTORED
from .tasks import TASK_CLOSED, TASK_OPENED

M = TypeVar("M", bound=Message)


def _declared(base: type[M], *modules: ModuleType) -> tuple[type[M], ...]:
    return tuple(
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, base) and found.__module__ == module.__name__
    )


EVENTS: tuple[type[Event], ...] = (
    *_declared(
        Event,
        members_events,
        points,
        duty_days,
        coverage,
        erasure,
        proposals_events,
        review_events,
        handling_events,
        feedback_events,
        evidence,
        calls,
        consultation_events,
        planning,
        processes,
        teams,
        templates,
        notify_events,
        circulars,
        agencies,
    ),
    *TASK_OPENED.values(),
    *TASK_CLOSED.values(),
    *AGGREGATE_RESTORED.values(),
)
COMMANDS: tuple[type[Command], ...] = _declared(
    Command,
    members_commands,
    points,
    duty_days,
    coverage,
    memberships,
    erasure,
    proposals_commands,
    joint_commands,
    review_commands,
    handling_commands,
    feedback_commands,
    calls,
    consultation_commands,
    planning,
    processes,
    teams,
    templates,
    notify_commands,
    channels,
    circulars,
    agencies,
)
QUERIES: tuple[type[Query], ...] = _declared(
    Query,
    members_queries,
    points,
    duty_days,
    coverage,
    erasure,
    proposals_queries,
    joint_queries,
    review_queries,
    handling_queries,
    evidence,
    feedback_queries,
    calls,
    consultation_queries,
    planning,
    processes,
    teams,
    templates,
    notify_queries,
    channels,
    circulars,
    agencies,
)
REQUESTS: tuple[type[Request], ...] = (*COMMANDS, *QUERIES)


@cache
def events_by_type() -> dict[str, type[Event]]:
    """Event classes by their CloudEvents type."""
    return {event.type_name(): event for event in EVENTS}


@cache
def agency_events() -> tuple[type[Event], ...]:
    """Events that agencies may follow."""
    return tuple(event for event in EVENTS if event.visibility is Visibility.AGENCIES)


@cache
def requests_by_permission() -> dict[str, type[Request]]:
    """Command and query classes by the permission that opens them."""
    return {request.permission(): request for request in REQUESTS}


def faults() -> list[str]:
    """What is wrong with the catalogue as declared; a test and the generator insist on an empty list."""
    return [
        *_unclassified(),
        *_not_documented(),
        *_without_label(),
        *_not_unique(),
        *_unknown_grants(),
        *_nobody_may(),
    ]


def _unclassified() -> list[str]:
    found = []
    for event in EVENTS:
        for field, level, where in _fields(event):
            if level is None:
                found.append(f"{where}.{field} has no classification")
            elif level in (Classification.PERSONAL, Classification.SENSITIVE) and not issubclass(
                event, PersonEvent
            ):
                found.append(f"{where}.{field} is {level.value} and must not travel on evt.*")
    return found


def _fields(event: type[Event]) -> list[tuple[str, Classification | None, str]]:
    found = []
    for name, field in event.model_fields.items():
        found.append((name, level_of(field), event.type_name()))
        for nested in nested_models(field.annotation):
            found += [
                (sub, level_of(f), f"{event.type_name()}.{name}") for sub, f in nested.model_fields.items()
            ]
    return found


def _not_documented() -> list[str]:
    messages: tuple[type[Message], ...] = (*EVENTS, *REQUESTS)
    return [f"{message.__name__} has no docstring" for message in messages if not message.__doc__]


def _without_label() -> list[str]:
    return [
        f'{event.__name__} may leave for agencies and has no label: add label="…" beside visibility'
        for event in agency_events()
        if not event.label
    ]


def _not_unique() -> list[str]:
    names = [event.type_name() for event in EVENTS] + [request.subject() for request in REQUESTS]
    return [f"{name} is declared twice" for name in sorted({name for name in names if names.count(name) > 1})]


def _unknown_grants() -> list[str]:
    known = set(requests_by_permission())
    return [
        f"role {role.value} holds {permission}, which no request needs"
        for role, grants in GRANTS.items()
        for permission in grants
        if permission not in known
    ]


def _nobody_may() -> list[str]:
    held = {permission for grants in GRANTS.values() for permission in grants}
    return [
        f"{permission} is held by no role"
        for permission in requests_by_permission()
        if permission not in held
    ]
