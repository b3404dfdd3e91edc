"""Rates as bars: each part of a bar is a number that is also in words, and all parts are the whole."""

from collections.abc import Sequence
from typing import Final, Literal

from services.portal.views.feedback import RateBar, Segment
from tongxin_contracts.proposals.feedback_queries import RateRow

_WORK: Final = (
    ("satisfied", "满意", "good"),
    ("understanding", "理解", "fair"),
    ("dissatisfied", "不满意", "bad"),
    ("no_answer", "未反馈", "silent"),
    ("not_asked", "尚未征询", "open"),
)
_RESULT: Final = (
    ("agree", "同意", "good"),
    ("understand", "理解", "fair"),
    ("reserve", "保留意见", "unsure"),
    ("disagree", "不同意", "bad"),
    ("no_answer", "未反馈", "silent"),
    ("not_asked", "尚未征询", "open"),
)


def bars(rows: Sequence[RateRow], of: Literal["work", "result"]) -> tuple[RateBar, ...]:
    """One bar a row."""
    return tuple(_bar(row, _WORK if of == "work" else _RESULT) for row in rows)


def _bar(row: RateRow, parts: Sequence[tuple[str, str, str]]) -> RateBar:
    counts = [(label, getattr(row, name), tone) for name, label, tone in parts]
    segments, start = [], 0.0
    for label, count, tone in counts:
        width = 100 * count / row.filed if row.filed else 0.0
        if count:
            segments.append(
                Segment(label=label, count=count, start=f"{start:.2f}", width=f"{width:.2f}", tone=tone)
            )
        start += width
    asked, good = row.filed - row.not_asked, counts[0][1]
    return RateBar(
        name=row.name,
        filed=row.filed,
        asked=asked,
        good=good,
        percent_of_filed=percent(good, row.filed),
        percent_of_asked=percent(good, asked),
        segments=tuple(segments),
        words=f"{row.name}：立案 {row.filed} 件，"
        + "，".join(f"{label} {count} 件" for label, count, _ in counts),
    )


def percent(part: int, whole: int) -> str | None:
    """62.5%; None where there is nothing to have a part of. 100% is written only for all of it."""
    if not whole:
        return None
    if part != whole and round(1000 * part / whole) == 1000:
        return "99.9%"
    return f"{100 * part / whole:.1f}%".replace(".0%", "%")
