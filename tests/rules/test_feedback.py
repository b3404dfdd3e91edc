"""What answers mean and how they are counted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposals.rules.feedback import (
    LAST_ROUND,
    Answered,
    Outcome,
    count,
    may_rehandle,
    months_after,
    outcome,
    rate,
    unsatisfied,
)
from tongxin_contracts.words import Attitude, FeedbackResult, Visited

SILENT = Answered()
GIVEN = st.builds(
    Answered, st.sampled_from(Visited), st.sampled_from(Attitude), st.sampled_from(FeedbackResult)
)
ANSWERS = st.lists(st.one_of(st.just(SILENT), GIVEN), max_size=40)


@given(ANSWERS)
def test_each_group_of_counts_adds_up_to_everybody_asked(answers: list[Answered]) -> None:
    found = count(answers)
    assert found.asked == len(answers)
    assert found.satisfied + found.understanding + found.dissatisfied + found.no_answer == found.asked
    assert found.agree + found.understand + found.reserve + found.disagree + found.no_answer == found.asked


@given(ANSWERS, st.integers(0, 40))
def test_silence_never_counts_as_satisfied_and_never_lifts_a_rate(answers: list[Answered], more: int) -> None:
    before, after = count(answers), count(answers + [SILENT] * more)
    assert (after.satisfied, after.agree) == (before.satisfied, before.agree)
    assert after.no_answer == before.no_answer + more
    for name in ("satisfied", "agree"):
        first = rate(getattr(before, name), before.asked)
        second = rate(getattr(after, name), after.asked)
        assert first is None or (second is not None and second <= first)


@given(st.one_of(st.just(SILENT), GIVEN))
def test_it_is_sent_back_once_at_most(answer: Answered) -> None:
    assert outcome(LAST_ROUND, answer) is Outcome.CLOSE
    assert (outcome(1, answer) is Outcome.DECIDE) == unsatisfied(answer)
    assert not may_rehandle(LAST_ROUND)


def test_silence_is_not_dissatisfaction_either() -> None:
    assert outcome(1, SILENT) is Outcome.CLOSE


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
def test_a_month_is_a_calendar_month(day: date, expected: date) -> None:
    assert months_after(day, 1) == expected
