"""The way of a promise."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposals.rules.commitments import (
    GRAPH,
    CommitmentStep,
    CommitmentStepRefused,
    after,
    check_new_date,
    is_promise,
    to_settle,
)
from services.proposals.rules.handling_states import HandlingStep, allowed
from services.proposals.rules.handling_states import after as handling_after
from tongxin_contracts.refusals import FieldsRefused
from tongxin_contracts.words import CommitmentState, HandlingState, ReplyClass

STATES = st.sampled_from(CommitmentState)


@given(STATES, st.sampled_from(CommitmentStep))
def test_nothing_happens_that_the_graph_does_not_have(state: CommitmentState, step: CommitmentStep) -> None:
    if step in GRAPH[state]:
        assert after(state, step) is GRAPH[state][step]
    else:
        with pytest.raises(CommitmentStepRefused):
            after(state, step)


def test_what_is_due_is_settled_only_after_a_report() -> None:
    for step in (CommitmentStep.KEEP, CommitmentStep.BREAK, CommitmentStep.POSTPONE):
        with pytest.raises(CommitmentStepRefused):
            after(CommitmentState.DUE, step)


@given(st.lists(STATES))
def test_a_handling_is_kept_open_by_what_is_due_or_reported_and_by_nothing_else(
    states: list[CommitmentState],
) -> None:
    expected = CommitmentState.DUE in states or CommitmentState.REPORTED in states
    assert to_settle(states) is expected


def test_a_due_promise_opens_what_is_closed_and_settling_closes_it_again() -> None:
    opened = handling_after(HandlingState.CLOSED, HandlingStep.COMMITMENT_DUE)
    assert opened is HandlingState.TRACKED
    assert handling_after(opened, HandlingStep.COMMITMENT_SETTLED) is HandlingState.CLOSED
    assert not allowed(HandlingState.TRACKED, HandlingStep.REHANDLE)


@given(st.sampled_from(ReplyClass), st.one_of(st.none(), st.dates()))
def test_a_promise_is_what_is_not_done_and_has_a_date(reply_class: ReplyClass, by: date | None) -> None:
    assert is_promise(reply_class, by) == (by is not None and reply_class is not ReplyClass.A)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(-400, 400), st.booleans())
def test_a_date_moves_once_and_only_forward(due: date, days: int, postponed: bool) -> None:
    today, new = date(2026, 6, 1), due + timedelta(days=days)
    if postponed or new <= due or new <= today:
        with pytest.raises(FieldsRefused):
            check_new_date(new, due, today, postponed=postponed)
    else:
        check_new_date(new, due, today, postponed=postponed)
