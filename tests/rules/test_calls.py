"""A call goes out a month before the session at the latest; a refusal names the last possible day."""

from datetime import date

import pytest

from services.proposals.rules.calls import call_problems, month_before


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2027, 1, 12), date(2026, 12, 12)),
        (date(2027, 3, 31), date(2027, 2, 28)),
        (date(2028, 3, 30), date(2028, 2, 29)),
        (date(2027, 7, 31), date(2027, 6, 30)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_last_one(day: date, before: date) -> None:
    assert month_before(day) == before


def test_it_may_go_out_until_a_month_before() -> None:
    opens_on, closes_on = date(2027, 1, 12), date(2027, 1, 5)
    assert list(call_problems(date(2026, 12, 12), opens_on, closes_on)) == []
    [(field, message)] = call_problems(date(2026, 12, 13), opens_on, closes_on)
    assert field == "opens_on"
    assert "2026年12月12日" in message


@pytest.mark.parametrize("closes_on", [date(2026, 11, 1), date(2027, 1, 13)])
def test_it_closes_after_today_and_before_the_session_is_over(closes_on: date) -> None:
    found = dict(call_problems(date(2026, 11, 1), date(2027, 1, 12), closes_on))
    assert list(found) == ["closes_on"]
