"""What a proposer's answer means, how answers are counted, and what a closed window leads to.

Always holds: who did not answer counts as no answer and never as satisfied; each group of counts adds up to everybody
asked; a handling is sent back once at most, and the second window ends in closing whatever was said.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from tongxin_contracts.proposals.feedback_events import FeedbackCounts
from tongxin_contracts.words import Attitude, FeedbackResult, Visited

FEEDBACK_WORKING_DAYS: Final = 15
"""Working days proposers have to answer."""
FEEDBACK_RULE: Final = f"答复后 {FEEDBACK_WORKING_DAYS} 个工作日内由政协向提案人征求意见"
REHANDLING_MONTHS: Final = 1
REHANDLING_RULE: Final = f"重新办理，{REHANDLING_MONTHS} 个月内重新答复"
LAST_ROUND: Final = 2
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Answered:
    """What one asked person answered; all None for who has not."""

    visited: Visited | None = None
    attitude: Attitude | None = None
    result: FeedbackResult | None = None


class Outcome(Enum):
    """What follows when a window closes."""

    CLOSE = auto()
    DECIDE = auto()
    """The office decides whether it is handled again."""


def unsatisfied(answer: Answered) -> bool:
    """Whether this answer asks for more."""
    return answer.attitude is Attitude.DISSATISFIED or answer.result is FeedbackResult.DISAGREE


def outcome(round_: int, first: Answered) -> Outcome:
    """What the first proposer's answer leads to; silence closes, and so does everything in the last round."""
    return Outcome.DECIDE if round_ < LAST_ROUND and unsatisfied(first) else Outcome.CLOSE


def may_rehandle(round_: int) -> bool:
    """Whether a handling in this round can be sent back."""
    return round_ < LAST_ROUND


def count(answers: Iterable[Answered]) -> FeedbackCounts:
    """Answers as numbers."""
    asked = list(answers)
    return FeedbackCounts(
        asked=len(asked),
        no_answer=sum(answer.attitude is None for answer in asked),
        visited=sum(answer.visited not in (None, Visited.NO) for answer in asked),
        satisfied=sum(answer.attitude is Attitude.SATISFIED for answer in asked),
        understanding=sum(answer.attitude is Attitude.UNDERSTANDING for answer in asked),
        dissatisfied=sum(answer.attitude is Attitude.DISSATISFIED for answer in asked),
        agree=sum(answer.result is FeedbackResult.AGREE for answer in asked),
        understand=sum(answer.result is FeedbackResult.UNDERSTAND for answer in asked),
        reserve=sum(answer.result is FeedbackResult.RESERVE for answer in asked),
        disagree=sum(answer.result is FeedbackResult.DISAGREE for answer in asked),
    )


def rate(part: int, whole: int) -> Fraction | None:
    """A part of a whole; None where there is nothing to have a part of."""
    return Fraction(part, whole) if whole else None


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the month's last one."""
    ahead = day.month - 1 + months
    year, month = day.year + ahead // _DECEMBER, ahead % _DECEMBER + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
