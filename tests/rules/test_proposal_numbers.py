"""A filed proposal's number names term, session and serial, and the cut-off decides the session."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposals.rules.numbering import (
    NumberRefused,
    ProposalNumber,
    SessionPeriod,
    national_cut_off,
    parse_number,
    session_for,
)

FEW = settings(max_examples=80, deadline=None)
SECOND = SessionPeriod(8, 2, date(2026, 12, 5))
THIRD = SessionPeriod(8, 3, date(2027, 12, 5))


def test_a_number_reads_as_people_write_it() -> None:
    assert str(ProposalNumber(8, 2, 12)) == "八届二次第0012号"
    assert str(ProposalNumber(14, 10, 12_345)) == "十四届十次第12345号"
    assert parse_number("八届二次第0012号") == ProposalNumber(8, 2, 12)


@FEW
@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99_999))
def test_every_number_reads_back(term: int, session: int, serial: int) -> None:
    number = ProposalNumber(term, session, serial)
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "8届2次第0012号", "八届二次第12号", "十十届二次第0012号", "八届二次第0000号"]
)
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(NumberRefused):
        parse_number(text)


def test_numbers_sort_by_term_session_and_serial() -> None:
    assert ProposalNumber(8, 2, 999) < ProposalNumber(8, 3, 1) < ProposalNumber(9, 1, 1)


def test_the_cut_off_day_itself_still_counts() -> None:
    assert national_cut_off(2026) == date(2026, 12, 5)
    assert session_for(date(2026, 12, 5), [THIRD, SECOND]) == SECOND
    assert session_for(date(2026, 12, 6), [THIRD, SECOND]) == THIRD


def test_after_the_last_known_cut_off_the_next_session_is_reckoned() -> None:
    assert session_for(date(2026, 12, 6), [SECOND]) == THIRD
    assert SessionPeriod(8, 5, date(2028, 2, 29)).following() == SessionPeriod(9, 1, date(2029, 2, 28))


def test_a_committee_without_a_session_cannot_number() -> None:
    with pytest.raises(NumberRefused):
        session_for(date(2026, 1, 1), [])


@FEW
@given(st.dates(date(2026, 1, 1), date(2040, 12, 31)))
def test_a_later_proposal_never_counts_for_an_earlier_session(day: date) -> None:
    period = session_for(day, [SECOND, THIRD])
    assert day <= period.cut_off
    assert period <= session_for(day + timedelta(days=1), [SECOND, THIRD])
