"""What every page has around its own content: who looks at it, where, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID, uuid4

Tone = Literal["success", "info", "warning", "danger"]


class View:
    """Base of all views: a frozen dataclass that knows its template."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Committee:
    """A committee one can act in."""

    code: str
    """6 digits, GB/T 2260."""
    name: str
    """政协安和市委员会 or shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who looks at the page.

    Forms of the frame: POST /committee with `csrf`, `committee`, `back` (a path) changes the acting committee;
    POST /logout with `csrf` signs out.
    """

    account_id: UUID
    """Marks what the browser keeps, so that the next person at the same computer is not offered it."""
    name: str
    roles: tuple[str, ...]
    """Labels of the roles in the acting committee."""
    acting: Committee
    committees: tuple[Committee, ...]
    """Where else one may act, the acting one among them."""
    permissions: frozenset[str]
    """Verbs as in the catalogue (`proposals.file_proposal`) and the portal's own: `portal.accounts`, `portal.live`."""
    unread: int = 0
    """Unread notices."""
    todo: int = 0
    """Open 待办."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """One sentence about what was just done, shown once."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """The request as templates see it."""

    path: str
    """The path without query; marks the menu."""
    now: datetime
    """With a time zone; every "today" and "still 3 days" on the page is counted from it."""
    csrf: str
    trace_id: str
    who: SignedIn | None = None
    """None before signing in."""
    flashes: tuple[Flash, ...] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)
    """Names of the persons that the page mentions by id."""
    live: str = "/live/events"
    """Where hints come from: `text/event-stream`, unnamed events, data `{"kind": …, "id": …, "version": …}`."""
    command_id: UUID = field(default_factory=uuid4)
    """For the page's main form."""
