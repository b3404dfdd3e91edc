"""What a reply must have before it leaves its unit, and what class it is as a whole.

Always holds: no reply without a recorded talk in its round (不协商不答复); every suggestion is answered with a class; a
promise has a date in the future; the letter's class is the one that leaves most open (C above B above A); who wrote it
does not check it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import ReplyClass

_ORDER: Final = (ReplyClass.A, ReplyClass.B, ReplyClass.C)
_DATA: Final = re.compile(
    r"[0-9０-９]|[一二三四五六七八九十百千万亿两][一二三四五六七八九十百千万亿两]*[个项条处户人件次元米公里台座所家名亩吨%成年月日]"
)
LINE_MIN: Final = 5
"""Characters an answer to a suggestion has at least."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a reply says to one suggestion, as far as it is written."""

    suggestion: int
    text: str
    reply_class: ReplyClass | None
    promised_by: date | None


def overall_class(classes: Iterable[ReplyClass]) -> ReplyClass:
    """The letter's class."""
    return max(classes, key=_ORDER.index)


def check_reply(lines: Sequence[Line], suggestions: int, today: date) -> None:
    """Raise FieldsRefused with everything a checker would send it back for."""
    by_place = {line.suggestion: line for line in lines}
    errors = [
        error for place in range(suggestions) for error in _line_errors(place, by_place.get(place), today)
    ]
    if errors:
        raise FieldsRefused("答复还不完整，请补充标出的地方；已写的内容不会丢失。", tuple(errors))


def _line_errors(place: int, line: Line | None, today: date) -> list[FieldError]:
    field, label = f"lines.{place}", f"第 {place + 1} 条建议"
    if line is None or len(line.text.strip()) < LINE_MIN:
        return [FieldError(f"{field}.text", f"{label}还没有答复，请写明办理情况。")]
    if line.reply_class is None:
        return [FieldError(f"{field}.reply_class", f"请选择{label}的答复类别（A、B 或 C）。")]
    if line.reply_class is ReplyClass.B and line.promised_by is None:
        return [FieldError(f"{field}.promised_by", f"{label}是 B 类，请写明什么时候办结；到期会提醒核对。")]
    if line.promised_by is not None and line.promised_by <= today:
        return [FieldError(f"{field}.promised_by", f"{label}的承诺日期应在今天之后。")]
    return []


def require_talk(talks_this_round: int) -> None:
    """Raise Refused without a recorded talk (row 57: 不协商不答复)."""
    if not talks_this_round:
        raise Refused("不协商不答复：请先与提案人沟通（走访、电话或座谈），并记录沟通情况，再送核答复。")


def require_opinions(missing: Sequence[str]) -> None:
    """Raise Refused while a co-handler's opinion is out and its date has not passed."""
    if missing:
        raise Refused(f"会办意见还没有到齐（{'、'.join(missing)}），期限也没有到；请先催收会办意见。")


def require_other_checker(drafted_by: UUID, checker: UUID) -> None:
    """Raise Refused when somebody would check their own draft."""
    if drafted_by == checker:
        raise Refused("起草人不能核稿自己的答复，请由另一位核稿人核稿。")


def has_data(text: str) -> bool:
    """Whether evidence names something that can be counted (row 44: 均有准确数据和准确内容)."""
    return bool(_DATA.search(text))


def require_data(text: str) -> None:
    """Raise Refused when a line would be closed without data."""
    if not has_data(text):
        raise Refused("完成情况要有准确数据（如“更换主管 3 处”“惠及 860 户”），请补充后再销号。")


def check_responsibilities(places: Iterable[int], suggestions: int) -> None:
    """Raise FieldsRefused unless every suggestion has a line and no line is about none."""
    found = set(places)
    errors = [
        FieldError(f"suggestions.{place}", f"第 {place + 1} 条建议还没有落实措施，请至少写一条。")
        for place in range(suggestions)
        if place not in found
    ]
    errors += [
        FieldError("lines", f"提案没有第 {place + 1} 条建议，请检查。")
        for place in sorted(found)
        if place >= suggestions
    ]
    if errors:
        raise FieldsRefused("责任清单还不完整，请补充。", tuple(errors))


def letter_number(unit: str, year: int, serial: int) -> str:
    """The number of a reply in its unit's own series: 水利局提案复〔2026〕12号."""
    return f"{unit}提案复〔{year}〕{serial}号"
