"""What notices say of a call for proposals."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.notify.rules.texts import Text
from tongxin_contracts.words import NoticeKind

SHOWN: Final = 5
"""Topics a notice names; the page has all of them."""


def call_opened(year: int, opens_on: date, closes_on: date, topics: Sequence[str]) -> Text:
    """To every member, more than a month before the session."""
    named = "、".join(f"“{topic}”" for topic in topics[:SHOWN])
    more = f"等 {len(topics)} 个" if len(topics) > SHOWN else ""
    return Text(
        NoticeKind.CALL_OPENED,
        f"{year} 年全会提案征集开始，{_day(closes_on)}截止",
        f"全会 {_day(opens_on)} 开幕，请在会前调研撰写。选题建议：{named}{more}；也可以另选题目。"
        "在征集页面点“按此选题撰写”即可起草。",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
