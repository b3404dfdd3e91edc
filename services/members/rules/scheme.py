"""A points scheme as data: what counts, how much, up to which cap, and what a year's total leads to.

Every committee scores differently, so nothing of a scheme is code. Always holds: a scheme is checked as a whole before
it is used; points are decimals with at most one place, never floats; every scheme has a code and a version, and
`rule_version` names both on each point that is given by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import unique
from typing import Final

from tongxin_contracts.words import DutyKind, Word, YearEndOutcome

TENTH: Final = Decimal("0.1")
"""The smallest part of a point."""


@unique
class Share(Word):
    """How several authors of one thing are credited."""

    WHOLE = "whole", "每人计全分"
    FIRST_HALF = "first_half", "第一提案人计一半，其他人均摊另一半"
    EQUAL = "equal", "平均分摊"
    FIRST_ONLY = "first_only", "只计第一提案人"


@dataclass(frozen=True, slots=True)
class PointsClass:
    """A group of items with a cap in common."""

    code: str
    name: str
    cap: Decimal | None
    """The most the class's additions may come to in a year; deductions are not counted against it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is scored."""

    code: str
    name: str
    """As the committee's document words it."""
    class_code: str
    kind: DutyKind
    when: Mapping[str, frozenset[str]]
    """Attribute of the fact -> accepted values; all must hold.

    `attendance` and `authorship` are always there; an item that says nothing of attendance means those present.
    """
    points: Decimal
    """For one unit; negative for a deduction."""
    unit: str
    """次, 件, 篇, 半天, 年 …"""
    cap: Decimal | None
    """The most this item may add, or take away, in a year."""
    skip_first: int
    """So many units a year are the ordinary duty and score nothing here."""
    share: Share
    max_authors: int | None
    """Authors beyond this position score nothing."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a total is called."""

    name: str
    at_least: Decimal | None
    """None for the lowest grade: whatever is left."""


@dataclass(frozen=True, slots=True)
class Award:
    """What a good year may be chosen for; the scheme only says who can be proposed."""

    name: str
    at_least: Decimal
    top_percent: int | None
    """Of all who are ranked, only so many percent from the first place down; None for everybody who has the points."""


@dataclass(frozen=True, slots=True)
class YearEndRule:
    """What follows when a year, or several years running, end below a mark."""

    below: Decimal
    """The mark itself passes."""
    years: int
    """So many years in a row, the one that ends included."""
    outcome: YearEndOutcome
    decided_by: str
    """Who decides; the scheme only suggests."""
    text: str
    """What the member and the office read."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A whole scheme."""

    code: str
    version: str
    name: str
    source: str
    """The document and article it follows."""
    window_start: tuple[int, int]
    """Month and day on which a duty year starts; it is named after the year it ends in."""
    base: Decimal
    """What everybody has before anything is counted."""
    negative_total: bool
    """Whether a total may fall below zero."""
    classes: tuple[PointsClass, ...]
    items: tuple[Item, ...]
    grades: tuple[Grade, ...]
    """The highest first."""
    year_end: tuple[YearEndRule, ...]
    """The first that fits counts."""
    awards: tuple[Award, ...] = ()
    allowances: tuple[Grade, ...] = ()
    """Steps of the allowance by total, the highest first; none where the scheme does not tie one to points."""

    @property
    def rule_version(self) -> str:
        """What every point given by this scheme stores."""
        return f"{self.code}@{self.version}"

    @property
    def floor(self) -> Decimal | None:
        """The total that passes the year; None when the scheme has no such mark."""
        return next((rule.below for rule in self.year_end if rule.years == 1), None)

    def class_named(self, code: str) -> PointsClass:
        """The class with this code; a loaded scheme has it for every item."""
        return next(one for one in self.classes if one.code == code)

    def window(self, year: int) -> tuple[date, date]:
        """First and last day of the duty year that is named `year`."""
        start = self._start(year)
        return start, self._start(year + 1) - timedelta(days=1)

    def year_of(self, day: date) -> int:
        """The duty year a day belongs to."""
        return day.year if day < self._start(day.year + 1) else day.year + 1

    def grade_of(self, total: Decimal) -> str | None:
        """What the total is called; None when the scheme has no grade for it."""
        return _step(self.grades, total)

    def allowance_of(self, total: Decimal) -> str | None:
        """The step of the allowance; None when the scheme has none for it."""
        return _step(self.allowances, total)

    def _start(self, year: int) -> date:
        month, day = self.window_start
        return date(year if self.window_start == (1, 1) else year - 1, month, day)


def _step(steps: tuple[Grade, ...], total: Decimal) -> str | None:
    return next((step.name for step in steps if step.at_least is None or total >= step.at_least), None)


def points_text(points: Decimal) -> str:
    """Points as people write them: 5, 2.5, -0.5."""
    whole = points.to_integral_value()
    return str(whole) if whole == points else str(points.quantize(TENTH))
