"""Working days follow the State Council's calendar, and a deadline ends when its day ends in China."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.calendar import (
    CALENDAR_VERSION,
    STATE_COUNCIL,
    WorkingCalendar,
    add_working_days,
    deadline_instant,
    is_provisional,
    is_working_day,
    local_date,
    working_days_between,
)

FEW = settings(max_examples=80, deadline=None)
DAYS = st.dates(date(2004, 1, 1), date(2032, 12, 31))
COUNTS = st.integers(-60, 60)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # national day, a Thursday
        (date(2026, 10, 7), False),  # the last day of that holiday
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a make-up Saturday
        (date(2026, 10, 11), False),  # a plain Sunday
        (date(2026, 2, 14), True),  # a make-up Saturday before the Spring Festival
        (date(2026, 2, 17), False),  # New Year's day of the lunar calendar
    ],
)
def test_holidays_and_make_up_days_are_as_announced(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_three_working_days_across_national_day() -> None:
    assert add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert working_days_between(date(2026, 9, 30), date(2026, 10, 10)) == 3


def test_years_that_nobody_announced_go_by_weekends_and_say_so() -> None:
    assert is_provisional(date(2030, 10, 1))
    assert is_working_day(date(2030, 10, 1))
    assert not is_working_day(date(2030, 10, 5))
    assert not is_provisional(date(2026, 10, 1))
    assert "2026" in CALENDAR_VERSION


def test_an_override_outranks_the_announced_calendar() -> None:
    announced = WorkingCalendar({date(2030, 10, 1): False, date(2026, 10, 11): True}, "test")
    assert not announced.is_working_day(date(2030, 10, 1))
    assert not announced.is_provisional(date(2030, 10, 1))
    assert announced.is_working_day(date(2026, 10, 11))
    assert announced.add_working_days(date(2030, 9, 30), 1) == date(2030, 10, 2)


def test_a_day_ends_at_midnight_in_china_and_still_carries_its_own_date() -> None:
    end = deadline_instant(date(2026, 11, 21))
    assert end == datetime(2026, 11, 21, 15, 59, 59, 999_999, UTC)
    assert local_date(end) == date(2026, 11, 21)
    assert local_date(end + timedelta(microseconds=1)) == date(2026, 11, 22)


def test_an_instant_is_refused_where_a_day_is_meant() -> None:
    with pytest.raises(TypeError):
        is_working_day(datetime(2026, 11, 21, tzinfo=UTC))
    with pytest.raises(TypeError):
        deadline_instant(datetime(2026, 11, 21, tzinfo=UTC))
    with pytest.raises(ValueError, match="zone"):
        local_date(datetime(2026, 11, 21))  # noqa: DTZ001  (the missing zone is the point)


@FEW
@given(DAYS, COUNTS)
def test_counting_back_gives_the_count_that_was_added(start: date, count: int) -> None:
    assert working_days_between(start, add_working_days(start, count)) == count


@FEW
@given(DAYS, st.integers(1, 60))
def test_a_reckoned_day_is_a_working_day_and_more_days_are_later(start: date, count: int) -> None:
    day = add_working_days(start, count)
    assert is_working_day(day)
    assert start < day < add_working_days(start, count + 1)


@FEW
@given(DAYS, st.integers(0, 30), st.integers(0, 30))
def test_working_days_add_up(start: date, first: int, then: int) -> None:
    assert add_working_days(add_working_days(start, first), then) == add_working_days(start, first + then)


@FEW
@given(DAYS, st.integers(0, 40))
def test_another_holiday_moves_a_deadline_only_later(start: date, count: int) -> None:
    before = add_working_days(start, count)
    with_holiday = WorkingCalendar({before: False}, "test")
    assert with_holiday.add_working_days(start, count) >= before
    assert STATE_COUNCIL.overrides == {}


@FEW
@given(DAYS)
def test_every_instant_of_a_day_is_before_its_end_and_after_the_last(day: date) -> None:
    end = deadline_instant(day)
    assert local_date(end) == day
    assert local_date(deadline_instant(day - timedelta(days=1)) + timedelta(microseconds=1)) == day
