"""One measured figure beside its peer and its bar, and the table of them.

Always holds: a figure that was not measured is not in the list; whether it is good enough is reckoned here and nowhere
else.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A row of the table, and of `build/bench.json`."""

    name: str
    value: float
    unit: str
    """Of `value` and `peer_value`: `events/s`, `ms`, `MB`."""
    peer: str | None = None
    """What was measured beside it in the same run."""
    peer_value: float | None = None
    ratio: float | None = None
    """value / peer_value."""
    bar: float
    """What the ratio has to reach, or the value where there is no peer."""
    ok: bool

    def as_json(self) -> dict[str, Any]:
        """As it is written down."""
        return asdict(self)


def beside(
    name: str, value: float, unit: str, *, peer: str, peer_value: float, at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:  # fmt: skip
    """A figure judged by its ratio to a peer's: at least so much of it, or at most."""
    bar = at_least if at_least is not None else at_most
    assert bar is not None, "a figure has a bar"
    ratio = value / peer_value
    ok = ratio >= bar if at_least is not None else ratio <= bar
    return Figure(
        name=name, value=value, unit=unit, peer=peer, peer_value=peer_value, ratio=ratio, bar=bar, ok=ok
    )


def within(name: str, value: float, unit: str, *, at_most: float) -> Figure:
    """A figure judged by itself: no more than so much."""
    return Figure(name=name, value=value, unit=unit, bar=at_most, ok=value <= at_most)


def reached(name: str, value: float, unit: str, *, at_least: float) -> Figure:
    """A figure judged by itself: no less than so much."""
    return Figure(name=name, value=value, unit=unit, bar=at_least, ok=value >= at_least)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values (0.99: p99) do not exceed."""
    assert values, "nothing was measured"
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle one: what a busy moment of the machine does not move."""
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """All figures as lines, columns aligned."""
    head = ("what", "value", "unit", "peer", "peer's", "ratio", "bar", "")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _number(figure.value),
        figure.unit,
        figure.peer or "-",
        _number(figure.peer_value),
        f"{figure.ratio:.2f}" if figure.ratio is not None else "-",
        f"{figure.bar:g}",
        "ok" if figure.ok else "MISSED",
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
