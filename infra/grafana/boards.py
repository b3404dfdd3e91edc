"""What each dashboard shows. A panel is a title, how it is drawn, and its queries; nothing about pixels but its width.

Metrics that every replica shows of the same thing (a table's rows, a consumer's pending) are read with max, counters of
work with sum; so a dashboard is right with any number of replicas.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["short", "s", "reqps", "percentunit", "bytes", "ops"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture; `queries` are (PromQL, legend)."""

    title: str
    queries: Sequence[tuple[str, str]]
    unit: Unit = "short"
    draw: Literal["timeseries", "stat", "table", "bargauge"] = "timeseries"
    width: int = 8
    """Of 24."""
    says: str = ""
    """What a person should know who reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard; rows are (heading, panels)."""

    uid: str
    title: str
    rows: Sequence[tuple[str, Sequence[Panel]]] = field(default_factory=tuple)
