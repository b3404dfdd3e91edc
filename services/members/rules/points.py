"""What a member's year is worth under a scheme, line by line, and what its total leads to.

Always holds: the counted points of the lines add up to the total; the same facts give the same ledger in whatever order
and however often they come; no cap is exceeded; every line names its evidence and the rule version. Nothing is stored
here and nothing is remembered: a correction of a fact changes the ledger because the ledger is made anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final
from uuid import UUID

from tongxin_contracts.words import Attendance, Authorship, DutyKind, YearEndOutcome

from .scheme import TENTH, Item, Scheme, Share, points_text

MARK_CUT: Final = "（超过最高分限制）"
"""What stands beside points that a cap cut off (虹口)."""
BASE_ITEM: Final = "base"
FLOOR_ITEM: Final = "zero"

_ZERO: Final = Decimal(0)
_PRESENT: Final = frozenset({Attendance.PRESENT.value})
"""What an item asks for that says nothing of attendance: an absence never scores by accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFact:
    """Something a member did or failed to do; kept for ever as the evidence of points."""

    fact_id: UUID
    kind: DutyKind
    on: date
    """The day it counts for, in Asia/Shanghai."""
    quantity: int = 1
    """In the item's unit."""
    attendance: Attendance = Attendance.PRESENT
    authors: int = 1
    """How many made it together."""
    position: int = 1
    """This member's place among the authors; 1 is the first."""
    collective: bool = False
    """Made in a body's name; the authors are its main authors."""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What else schemes may ask for: `compulsory`, `approved`, `level` …"""

    def __post_init__(self) -> None:
        if self.quantity < 1 or not 1 <= self.position <= self.authors:
            raise ValueError(
                f"fact {self.fact_id}: quantity from 1, position from 1 to the number of authors"
            )

    @property
    def authorship(self) -> Authorship:
        """Which part the member had in it."""
        if self.collective:
            return Authorship.COLLECTIVE
        if self.authors == 1:
            return Authorship.SOLE
        return Authorship.FIRST if self.position == 1 else Authorship.JOINT


@dataclass(frozen=True, slots=True)
class Correction:
    """A fact was wrong: another one stands in its place, or none."""

    fact_id: UUID
    instead: DutyFact | None


class ConflictingFacts(ValueError):
    """One fact id with two different contents: the evidence itself is in doubt, nobody may guess."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the answer to "why 23?"."""

    fact_id: UUID | None
    """The evidence; None for the base and for the line that lifts a total to zero."""
    kind: DutyKind | None
    on: date | None
    item: str
    """The item's code in the scheme."""
    item_name: str
    class_name: str
    raw: Decimal
    """Before caps."""
    counted: Decimal
    """After caps; these add up to the total."""
    mark: str | None
    """MARK_CUT where a cap took something away."""
    explanation: str
    """How raw came about, in Chinese."""
    rule_version: str


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A fact that no line stands for, and why."""

    fact_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """A member's year under one scheme."""

    rule_version: str
    year: int
    lines: tuple[Line, ...]
    uncounted: tuple[Uncounted, ...]
    total: Decimal
    grade: str | None


@dataclass(frozen=True, slots=True)
class YearEnd:
    """What a year's total leads to."""

    outcome: YearEndOutcome
    total: Decimal
    below: Decimal | None
    """The mark that was missed; None when the year passes."""
    decided_by: str | None
    """Who decides on it; None when there is nothing to decide."""
    text: str
    rule_version: str


def _why_not(fact: DutyFact) -> str:
    """Who was taken for absent reads it here, and can say that it is wrong."""
    met = "" if fact.attendance is Attendance.PRESENT else f"登记为{fact.attendance.label}；"
    return f"{met}现行办法不对“{fact.kind.label}”的这种情形计分。"


def evaluate(scheme: Scheme, facts: Iterable[DutyFact], year: int) -> Ledger:
    """The ledger of the duty year named `year`; raises ConflictingFacts when one id stands for two facts."""
    first, last = scheme.window(year)
    lines: list[Line] = list(_base_line(scheme))
    uncounted: list[Uncounted] = []
    room = _Room(scheme)
    for fact in _in_order(facts):
        if not first <= fact.on <= last:
            uncounted.append(Uncounted(fact.fact_id, f"不在 {year} 年考核期（{first} 至 {last}）内。"))
            continue
        items = [item for item in scheme.items if _fits(item, fact)]
        if not items:
            uncounted.append(Uncounted(fact.fact_id, _why_not(fact)))
        lines.extend(_line(scheme, item, fact, room) for item in items)
    total = sum((line.counted for line in lines), _ZERO)
    if total < 0 and not scheme.negative_total:
        lines.append(_lift(scheme, -total))
        total = _ZERO
    return Ledger(scheme.rule_version, year, tuple(lines), tuple(uncounted), total, scheme.grade_of(total))


def corrected(facts: Iterable[DutyFact], corrections: Iterable[Correction]) -> tuple[DutyFact, ...]:
    """The facts as they stand after corrections, which are applied in the order they were made."""
    standing = {fact.fact_id: fact for fact in _in_order(facts)}
    for correction in corrections:
        standing.pop(correction.fact_id, None)
        if correction.instead is not None:
            standing[correction.instead.fact_id] = correction.instead
    return tuple(_in_order(standing.values()))


def year_end(scheme: Scheme, ledger: Ledger, earlier: Sequence[Decimal] = ()) -> YearEnd:
    """What the year leads to; `earlier` are the totals of the years before, the latest first.

    The mark itself passes: with a floor of 15, 15 passes and 14 does not (row 08). A suggestion is no decision.
    """
    totals = (ledger.total, *earlier)
    for rule in scheme.year_end:
        running = totals[: rule.years]
        if len(running) == rule.years and all(total < rule.below for total in running):
            return YearEnd(
                outcome=rule.outcome,
                total=ledger.total,
                below=rule.below,
                decided_by=rule.decided_by,
                text=rule.text,
                rule_version=ledger.rule_version,
            )
    text = f"本年度履职积分 {points_text(ledger.total)} 分，达到要求。"
    return YearEnd(YearEndOutcome.PASSES, ledger.total, None, None, text, ledger.rule_version)


class _Room:
    """How much each item and class may still add, and how many units are still ordinary duty."""

    def __init__(self, scheme: Scheme) -> None:
        self._items = {item.code: item.cap for item in scheme.items}
        self._classes = {one.code: one.cap for one in scheme.classes}
        self._skips = {item.code: item.skip_first for item in scheme.items}

    def skip(self, item: Item, quantity: int) -> int:
        """How many of these units are ordinary duty."""
        skipped = min(self._skips[item.code], quantity)
        self._skips[item.code] -= skipped
        return skipped

    def take(self, item: Item, raw: Decimal) -> Decimal:
        """What of the raw points still fits under the caps; deductions only meet their item's cap."""
        size = abs(raw)
        item_room = self._items[item.code]
        if item_room is not None:
            size = min(size, item_room)
        class_room = self._classes[item.class_code]
        if raw > 0 and class_room is not None:
            size = min(size, class_room)
            self._classes[item.class_code] = class_room - size
        if item_room is not None:
            self._items[item.code] = item_room - size
        return size.copy_sign(raw) if size else _ZERO


def _in_order(facts: Iterable[DutyFact]) -> list[DutyFact]:
    """Each fact once, by day and id, so that a ledger does not depend on how its facts arrived."""
    known: dict[UUID, DutyFact] = {}
    for fact in facts:
        if known.setdefault(fact.fact_id, fact) != fact:
            raise ConflictingFacts(f"fact {fact.fact_id} has two different contents")
    return sorted(known.values(), key=lambda fact: (fact.on, fact.fact_id))


def _fits(item: Item, fact: DutyFact) -> bool:
    if item.kind is not fact.kind:
        return False
    attributes = {
        **fact.attributes,
        "attendance": fact.attendance.value,
        "authorship": fact.authorship.value,
    }
    wanted = {"attendance": _PRESENT, **item.when}
    return all(attributes.get(name) in accepted for name, accepted in wanted.items())


def _line(scheme: Scheme, item: Item, fact: DutyFact, room: _Room) -> Line:
    skipped = room.skip(item, fact.quantity)
    units = fact.quantity - skipped
    raw = _part(item, fact, item.points * units)
    counted = room.take(item, raw)
    explanation = f"{units} {item.unit} × {points_text(item.points)} 分"
    if skipped:
        explanation += f"，另有 {skipped} {item.unit}属基本任务不计分"
    if fact.authors > 1:
        explanation += f"，{_part_text(item, fact)}"
    return Line(
        fact_id=fact.fact_id,
        kind=fact.kind,
        on=fact.on,
        item=item.code,
        item_name=item.name,
        class_name=scheme.class_named(item.class_code).name,
        raw=raw,
        counted=counted,
        mark=MARK_CUT if counted != raw else None,
        explanation=explanation,
        rule_version=scheme.rule_version,
    )


def _part(item: Item, fact: DutyFact, whole: Decimal) -> Decimal:
    """This author's part, cut to tenths so that all parts together never exceed the whole."""
    if item.max_authors is not None and fact.position > item.max_authors:
        return _ZERO
    authors = min(fact.authors, item.max_authors or fact.authors)
    if authors == 1 or item.share is Share.WHOLE:
        return whole
    if item.share is Share.EQUAL:
        return _tenths(whole / authors)
    if item.share is Share.FIRST_ONLY:
        return whole if fact.position == 1 else _ZERO
    shared = _tenths(whole / 2)
    return whole - shared if fact.position == 1 else _tenths(shared / (authors - 1))


def _part_text(item: Item, fact: DutyFact) -> str:
    if item.max_authors is not None and fact.position > item.max_authors:
        return f"只计前 {item.max_authors} 名，本人为第 {fact.position} 名"
    return f"共 {fact.authors} 人，{item.share.label}"


def _tenths(points: Decimal) -> Decimal:
    return points.quantize(TENTH, rounding=ROUND_DOWN)


def _base_line(scheme: Scheme) -> Iterator[Line]:
    if scheme.base:
        yield _plain_line(scheme, BASE_ITEM, "基础分", scheme.base, "每名委员的基础分")


def _lift(scheme: Scheme, missing: Decimal) -> Line:
    return _plain_line(scheme, FLOOR_ITEM, "总分不低于零", missing, "扣分后总分低于零，按零分计")


def _plain_line(scheme: Scheme, item: str, name: str, points: Decimal, explanation: str) -> Line:
    return Line(None, None, None, item, name, name, points, points, None, explanation, scheme.rule_version)
