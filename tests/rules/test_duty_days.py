"""Days of duty: twelve a year, moved only forward, turns taken fairly, and a year summed from its records."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.members.rules.duty_days import DayRecord, days_of_year, percent_text, summed, turns
from tongxin_contracts.words import DayShift, MatterOutcome


def is_weekday(day: date) -> bool:
    return day.isoweekday() < 6


@given(st.integers(2000, 2100), st.integers(1, 28))
def test_a_shifted_day_is_the_first_working_day_from_its_date_on(year: int, day_of_month: int) -> None:
    as_is = dict(days_of_year(year, day_of_month, DayShift.AS_IS, is_weekday))
    assert set(as_is.values()) == {date(year, month, day_of_month) for month in range(1, 13)}
    for month, held in days_of_year(year, day_of_month, DayShift.NEXT_WORKING_DAY, is_weekday):
        assert is_weekday(held)
        assert 0 <= (held - as_is[month]).days <= 2
        assert held == as_is[month] or not is_weekday(as_is[month])


def test_the_8th_of_august_2026_is_a_saturday_and_moves_to_monday() -> None:
    days = dict(days_of_year(2026, 8, DayShift.NEXT_WORKING_DAY, is_weekday))
    assert (days[7], days[8]) == (date(2026, 7, 8), date(2026, 8, 10))


@given(
    st.lists(st.integers(1, 10**6).map(lambda n: UUID(int=n)), unique=True, max_size=30), st.integers(1, 20)
)
def test_turns_go_round_and_nobody_takes_two_more_than_another(rotation: list[UUID], per_day: int) -> None:
    days = turns(rotation, per_day, 12)
    assert len(days) == 12
    assert all(len(set(day)) == len(day) == min(per_day, len(rotation)) for day in days)
    counts = [sum(member in day for day in days) for member in rotation]
    assert not counts or max(counts) - min(counts) <= 1


def test_a_turnout_is_of_all_who_were_invited_and_not_the_mean_of_percents() -> None:
    records = [
        DayRecord(10, 10, 100, (MatterOutcome.SOLVED,)),
        DayRecord(30, 15, 50, (MatterOutcome.OPEN, MatterOutcome.SOLVED)),
    ]
    found = summed(records)
    assert (found.held, found.invited, found.present, found.turnout) == (2, 40, 25, "62.5")
    assert (found.residents, found.matters, found.solved) == (150, 3, 2)
    assert summed([]).turnout is None
    assert percent_text(3, 4) == "75"
    assert percent_text(2, 3) == "66.7"
