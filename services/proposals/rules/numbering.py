"""届-次-号: the number under which a proposal is filed, and the session it counts for.

Always holds: a number reads the same everywhere (八届二次第0012号) and can be read back; what is handed in on the cut-off
day still counts for the session, from the next day on for the next one (nationally 5 December).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongxin_contracts.refusals import Refused

SESSIONS_IN_A_TERM: Final = 5
"""A term lasts five years with one plenary session a year (charter of the CPPCC)."""
NATIONAL_CUT_OFF: Final = (12, 5)
"""Month and day after which a proposal counts for the next session's year."""

_DIGITS: Final = "零一二三四五六七八九"
_TEN: Final = 10
_MOST: Final = 99


class NumberRefused(Refused):
    """No number can be given or read."""


@dataclass(frozen=True, slots=True, order=True)
class ProposalNumber:
    """A filed proposal's number within its committee."""

    term: int
    """届, from 1."""
    session: int
    """次 within the term, from 1."""
    serial: int
    """号 within the session, from 1."""

    def __post_init__(self) -> None:
        if not (1 <= self.term <= _MOST and 1 <= self.session <= _MOST and self.serial >= 1):
            raise NumberRefused("届、次、号都从 1 开始，届和次不超过 99。")

    def __str__(self) -> str:
        """As people write it."""
        return f"{chinese_number(self.term)}届{chinese_number(self.session)}次第{self.serial:04d}号"


@dataclass(frozen=True, slots=True, order=True)
class SessionPeriod:
    """A session and the last day whose proposals count for it."""

    term: int
    session: int
    cut_off: date
    """Inclusive; a date in Asia/Shanghai."""

    def following(self) -> "SessionPeriod":
        """The session after this one, with its cut-off on the same day a year later."""
        last = self.session >= SESSIONS_IN_A_TERM
        return SessionPeriod(
            term=self.term + 1 if last else self.term,
            session=1 if last else self.session + 1,
            cut_off=_a_year_later(self.cut_off),
        )


def session_for(handed_in: date, sessions: Iterable[SessionPeriod]) -> SessionPeriod:
    """The session a proposal handed in on this day counts for.

    Past the last known cut-off the following session is reckoned, so that nobody is turned away between two sessions.
    Raises NumberRefused when the committee has opened no session at all.
    """
    known = sorted(sessions, key=lambda period: period.cut_off)
    if not known:
        raise NumberRefused("本级政协还没有设置届次，请先由管理人员开启会议届次。")
    for period in known:
        if handed_in <= period.cut_off:
            return period
    period = known[-1]
    while handed_in > period.cut_off:
        period = period.following()
    return period


def national_cut_off(year: int) -> date:
    """The cut-off nationally used in this year."""
    return date(year, *NATIONAL_CUT_OFF)


def parse_number(text: str) -> ProposalNumber:
    """Read 八届二次第0012号 back; raises NumberRefused for anything else."""
    found = re.fullmatch(
        r"([一二三四五六七八九十]{1,3})届([一二三四五六七八九十]{1,3})次第(\d{4,9})号", text.strip()
    )
    if not found:
        raise NumberRefused("编号应写作“八届二次第0012号”的样子。")
    term, session, serial = found.groups()
    return ProposalNumber(_from_chinese(term), _from_chinese(session), int(serial))


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese: 一, 十, 十四, 二十, 九十九."""
    if not 1 <= number <= _MOST:
        raise NumberRefused("只能写 1 到 99 的中文数字。")
    tens, ones = divmod(number, _TEN)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _from_chinese(text: str) -> int:
    for number in range(1, _MOST + 1):
        if chinese_number(number) == text:
            return number
    raise NumberRefused("编号应写作“八届二次第0012号”的样子。")


def _a_year_later(day: date) -> date:
    february, leap_day = 2, 29
    last = 28 if (day.month, day.day) == (february, leap_day) else day.day
    return date(day.year + 1, day.month, last)
