"""Pages about how it runs, and the page for what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from tongxin_contracts.problems import Problem

from .frame import View

ProcessState = Literal["ready", "not_ready", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
    """One process as its health and metrics tell it; None for a figure it does not have or did not tell."""

    service: str
    """`members`."""
    label: str
    """「委员服务」."""
    state: ProcessState
    detail: str | None = None
    """Why it is not ready, in words."""
    waiting: int | None = None
    """Outbox rows not yet published."""
    oldest_seconds: float | None = None
    """Age of the oldest of them."""
    dead_letters: int | None = None
    handled_per_second: float | None = None
    """Commands, queries and events together, since the last look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView(View):
    """`/live`: the five processes; the page asks again every 3 seconds by itself."""

    template: ClassVar[str] = "live.html"
    processes: Sequence[ProcessStatus]
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemView(View):
    """Any path: an RFC 9457 problem as a page. Fields that were typed are shown by their own page instead."""

    template: ClassVar[str] = "problem.html"
    problem: Problem
    back: str = "/work"
    """Where "back" leads: the page the person came from."""
