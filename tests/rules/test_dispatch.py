"""When units have to object, sign and answer, over holidays as they were announced; how far a date may move."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.calendar import add_working_days, deadline_instant, is_working_day
from chassis.ids import new_id
from services.proposals.handlings import next_working_day
from services.proposals.rules.dispatch import (
    DEFAULT_RULES,
    DispatchRules,
    check_extension,
    check_units,
    may_return,
    why_not_dispatched,
)
from tongxin_contracts.refusals import FieldsRefused, Refused
from tongxin_contracts.words import AllocationPart, AllocationState

LEAD, CO, SEPARATE = AllocationPart.LEAD, AllocationPart.CO, AllocationPart.SEPARATE
_A = AllocationState
OBJECT_BY = deadline_instant(date(2026, 10, 10))
IN_TIME, LATE = OBJECT_BY, OBJECT_BY + timedelta(microseconds=1)


def test_days_to_object_run_over_the_national_day_and_count_the_make_up_saturday() -> None:
    # 28, 29 and 30 September, then the holidays, then the 8th, 9th and the make-up Saturday, 10 October.
    assert add_working_days(date(2026, 9, 28), DEFAULT_RULES.object_days) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("dispatched", "part", "due"),
    [
        (date(2026, 7, 1), LEAD, date(2026, 10, 8)),  # 1 October, and the holidays behind it
        (date(2026, 7, 10), LEAD, date(2026, 10, 10)),  # a Saturday on which offices work
        (date(2026, 9, 1), CO, date(2026, 10, 8)),
        (
            date(2026, 9, 1),
            SEPARATE,
            date(2026, 12, 1),
        ),  # answers for itself, so it has the lead unit's months
        (date(2026, 1, 31), CO, date(2026, 2, 28)),  # no 31st: the month's last day, a make-up Saturday
    ],
)
def test_months_end_on_the_next_working_day(dispatched: date, part: AllocationPart, due: date) -> None:
    assert DEFAULT_RULES.due_on(dispatched, part, next_working_day) == due


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), st.sampled_from(AllocationPart), st.integers(1, 6))
def test_a_last_day_is_a_working_day_and_no_earlier_than_the_months(
    dispatched: date, part: AllocationPart, months: int
) -> None:
    rules = DispatchRules(lead_months=months, co_months=months)
    due = rules.due_on(dispatched, part, next_working_day)
    plain = rules.due_on(dispatched, part, lambda day: day)
    assert is_working_day(due)
    assert timedelta(0) <= due - plain <= timedelta(days=10)


def test_a_committees_own_times_hold_and_their_rule_is_said_in_words() -> None:
    rules = DispatchRules(object_days=3, lead_months=2, co_months=2, source="《办理办法》第九条")
    assert rules.due_on(date(2026, 3, 2), LEAD, next_working_day) == date(2026, 5, 6)  # over Labour Day
    assert "3 个工作日" in rules.object_rule
    assert "2 个月内答复" in rules.due_rule(LEAD)
    assert "向主办单位" in rules.due_rule(CO)


def test_no_unit_has_two_parts() -> None:
    first, second = new_id(), new_id()
    check_units(first, [second])
    for others in ([first], [second, second]):
        with pytest.raises(FieldsRefused):
            check_units(first, others)


@pytest.mark.parametrize("state", AllocationState)
def test_a_part_is_returned_before_the_dispatch_and_in_time_only(state: AllocationState) -> None:
    if state in (_A.PROPOSED, _A.ACCEPTED):
        may_return(state, OBJECT_BY, IN_TIME)
        with pytest.raises(Refused, match="已过退回期限"):
            may_return(state, OBJECT_BY, LATE)
    else:
        with pytest.raises(Refused, match="不能退回"):
            may_return(state, OBJECT_BY, IN_TIME)


@pytest.mark.parametrize(
    ("states", "now", "reason"),
    [
        ([_A.ACCEPTED, _A.ACCEPTED], IN_TIME, None),
        ([_A.ACCEPTED, _A.PROPOSED], IN_TIME, "没有确认"),
        ([_A.ACCEPTED, _A.PROPOSED], LATE, None),
        ([_A.ACCEPTED, _A.RETURNED], IN_TIME, "还没有答复"),
        ([_A.PROPOSED, _A.RETURNED], LATE, "还没有答复"),
    ],
)
def test_nothing_goes_out_while_a_return_is_unanswered(
    states: list[AllocationState], now: datetime, reason: str | None
) -> None:
    found = why_not_dispatched(states, OBJECT_BY, now)
    assert found is None if reason is None else reason in str(found)


def ask(until: date, today: date = date(2026, 5, 20), *, asked_before: bool = False) -> None:
    check_extension(
        until, due=date(2026, 6, 1), dispatched=date(2026, 3, 1), today=today, asked_before=asked_before
    )


def test_more_time_is_asked_before_the_date_once_and_within_six_months() -> None:
    ask(date(2026, 9, 1))
    ask(date(2026, 6, 2), today=date(2026, 6, 1))
    refusals = {
        "最长 6 个月": (date(2026, 9, 2), date(2026, 5, 20), False),
        "应晚于现在的期限": (date(2026, 6, 1), date(2026, 5, 20), False),
        "已经超过办理期限": (date(2026, 7, 1), date(2026, 6, 2), False),
        "不能再次申请": (date(2026, 7, 1), date(2026, 5, 20), True),
    }
    for words, (until, today, before) in refusals.items():
        with pytest.raises(Refused, match=words):
            ask(until, today, asked_before=before)
