"""No sequence of steps leads a proposal out of its graph."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposals.rules.states import (
    GRAPH,
    Step,
    StepRefused,
    after,
    allowed,
    steps_from,
    what_next,
)
from tongxin_contracts.words import ProposalState

S = ProposalState
WANTED = {
    (None, Step.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Step.FILE): S.FILED,
    (S.SUBMITTED, Step.RETURN): S.RETURNED,
    (S.SUBMITTED, Step.NOT_FILE): S.NOT_FILED,
    (S.SUBMITTED, Step.MERGE): S.MERGED,
    (S.SUBMITTED, Step.CONVERT): S.CONVERTED,
    (S.SUBMITTED, Step.WITHDRAW): S.WITHDRAWN,
    (S.RETURNED, Step.SUBMIT): S.SUBMITTED,
    (S.RETURNED, Step.WITHDRAW): S.WITHDRAWN,
}
EVERY_STATE: list[S | None] = [None, *S]


def test_the_graph_has_these_steps_and_no_others() -> None:
    edges = {(state, step): GRAPH[state][step] for state in EVERY_STATE for step in steps_from(state)}
    assert edges == WANTED


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(Step), max_size=20))
def test_no_sequence_of_steps_leaves_the_graph(steps: list[Step]) -> None:
    state: S | None = None
    for step in steps:
        if (state, step) in WANTED:
            assert allowed(state, step)
            before, state = state, after(state, step)
            assert state is WANTED[before, step]
        else:
            assert not allowed(state, step)
            with pytest.raises(StepRefused):
                after(state, step)
    assert state in EVERY_STATE


@pytest.mark.parametrize("end", [S.FILED, S.NOT_FILED, S.WITHDRAWN, S.MERGED, S.CONVERTED])
@pytest.mark.parametrize("step", Step)
def test_what_is_decided_stays_decided(end: S, step: Step) -> None:
    with pytest.raises(StepRefused) as refusal:
        after(end, step)
    assert step.label in refusal.value.reason


@pytest.mark.parametrize("state", EVERY_STATE)
def test_every_state_says_in_chinese_what_is_next(state: S | None) -> None:
    assert what_next(state).endswith("。")
