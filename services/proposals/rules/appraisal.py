"""How lead units are scored and ranked, and what a vote has to be.

Always holds: every lead unit gets a total, none more than 100; an item with nothing to count is left out and the other
weights are taken in proportion; who did not answer counts in the denominator. Equal totals share a rank. Among the
last the order is: lower total, then more overdue, then fewer handled; still equal ones rectify together. With fewer
than four units fewer rectify, so that never more than half do; nobody is praised who has to rectify.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from tongxin_contracts.refusals import FieldError, FieldsRefused
from tongxin_contracts.words import AppraisalItem, AppraisalOutcome

FULL: Final = 100
BEST_MARK: Final = 5
_CENT: Final = Decimal("0.01")

RULE: Final = (
    "各项得分＝该项比例×权重；没有可统计内容的项目不计，其余权重按比例折算为100分；未反馈的计入分母，不算满意。"
    "总分相同名次并列；末位先看总分，再看超期件数，再看承办件数，仍相同的一并整改；整改单位不超过参评单位的一半，且不同时表扬。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a lead unit did in the year, counted."""

    unit_id: UUID
    led: int
    on_time: int
    overdue: int
    extended: int = 0
    asked: int = 0
    satisfied: int = 0
    agreed: int = 0
    commitments: int = 0
    commitments_kept: int = 0
    marks: int = 0
    """Marks members gave, four a score."""
    mark_sum: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A unit's result."""

    figures: Figures
    points: Mapping[AppraisalItem, Decimal]
    """Points by item, out of the item's weight as stated."""
    total: Decimal
    rank: int
    outcome: AppraisalOutcome


def check_weights(weights: Sequence[tuple[AppraisalItem, int]]) -> None:
    """Raise FieldsRefused unless each item stands once and all together are 100."""
    items = [item for item, _ in weights]
    if len(items) != len(set(items)):
        raise FieldsRefused("评议项目有重复", (FieldError("items", "每个项目只能列一次。"),))
    total = sum(weight for _, weight in weights)
    if total != FULL:
        raise FieldsRefused(
            "权重合计不是 100",
            (FieldError("items", f"各项权重合计应为 100，现在是 {total}。"),),
        )


def carried(in_favour: int, against: int, abstained: int) -> bool:
    """More than half of those present are in favour."""
    return 2 * in_favour > in_favour + against + abstained


def score(
    units: Sequence[Figures], weights: Mapping[AppraisalItem, int], *, praised: int, rectifying: int
) -> list[Scored]:
    """Every unit with total, rank and outcome, the best first."""
    found = sorted(
        ((figures, _points(figures, weights)) for figures in units),
        key=lambda pair: (-_total(pair[1], weights), _last_key(pair[0])[0], str(pair[0].unit_id)),
    )
    totals = [_total(points, weights) for _, points in found]
    last = _last([figures for figures, _ in found], totals, rectifying)
    result = []
    for (figures, points), total in zip(found, totals, strict=True):
        rank = 1 + sum(other > total for other in totals)
        outcome = AppraisalOutcome.NONE
        if figures.unit_id in last:
            outcome = AppraisalOutcome.RECTIFY
        elif rank <= praised:
            outcome = AppraisalOutcome.PRAISED
        rounded = {item: _rounded(share * weights[item]) for item, share in points.items()}
        result.append(Scored(figures=figures, points=rounded, total=total, rank=rank, outcome=outcome))
    return result


def _points(figures: Figures, weights: Mapping[AppraisalItem, int]) -> dict[AppraisalItem, Fraction]:
    """How much of each item a unit has, from 0 to 1; items with nothing to count are left out."""
    parts = {
        AppraisalItem.ON_TIME: (figures.on_time, figures.led),
        AppraisalItem.FEEDBACK_WORK: (figures.satisfied, figures.asked),
        AppraisalItem.FEEDBACK_RESULT: (figures.agreed, figures.asked),
        AppraisalItem.COMMITMENTS: (figures.commitments_kept, figures.commitments),
        AppraisalItem.MEMBER_SCORES: (figures.mark_sum, figures.marks * BEST_MARK),
    }
    return {item: Fraction(*parts[item]) for item in weights if parts[item][1]}


def _total(points: Mapping[AppraisalItem, Fraction], weights: Mapping[AppraisalItem, int]) -> Decimal:
    counted = sum(weights[item] for item in points)
    if not counted:
        return Decimal("0.00")
    reached = sum((share * weights[item] for item, share in points.items()), Fraction())
    return _rounded(reached * FULL / counted)


def _rounded(value: Fraction | int) -> Decimal:
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_CENT, ROUND_HALF_UP)


def _last_key(figures: Figures) -> tuple[int, int]:
    return figures.overdue, -figures.led


def _last(units: Sequence[Figures], totals: Sequence[Decimal], rectifying: int) -> set[UUID]:
    """Who rectifies: the last ones, and whoever cannot be told from the last but one; never more than half."""
    wanted = min(rectifying, len(units) // 2)
    if not wanted:
        return set()
    keyed = sorted(
        (
            (-total, *_last_key(figures), str(figures.unit_id))
            for figures, total in zip(units, totals, strict=True)
        ),
        reverse=True,
    )
    limit = keyed[wanted - 1][:3]
    tied = {UUID(key[3]) for key in keyed if key[:3] >= limit}
    clear = {UUID(key[3]) for key in keyed if key[:3] > limit}
    return tied if len(tied) <= len(units) // 2 else clear
