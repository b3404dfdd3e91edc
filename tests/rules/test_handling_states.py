"""The graph of handling: what leads where, and that nothing else does."""

import pytest

from services.proposals.rules.handling_states import GRAPH, HandlingStep, HandlingStepRefused, after, allowed
from tongxin_contracts.words import HandlingState

_S, _T = HandlingState, HandlingStep
WAY = (
    (_T.PRE_DISPATCH, _S.PRE_DISPATCHED),
    (_T.REALLOCATE, _S.PRE_DISPATCHED),
    (_T.DISPATCH, _S.DISPATCHED),
    (_T.SIGN, _S.IN_HAND),
    (_T.WORK, _S.IN_HAND),
    (_T.REPLY, _S.REPLIED),
    (_T.REHANDLE, _S.REHANDLING),
    (_T.WORK, _S.REHANDLING),
    (_T.REPLY, _S.REPLIED),
    (_T.CLOSE, _S.CLOSED),
    (_T.COMMITMENT_DUE, _S.TRACKED),
    (_T.COMMITMENT_SETTLED, _S.CLOSED),
)


def test_the_whole_way_there_and_nowhere_a_dead_end() -> None:
    state: HandlingState | None = None
    for step, leads_to in WAY:
        state = after(state, step)
        assert state is leads_to
    assert {found for found in HandlingState if GRAPH[found]} == set(HandlingState)


def test_a_reply_is_sent_only_from_what_was_signed_for() -> None:
    assert {state for state in GRAPH if allowed(state, _T.REPLY)} == {_S.IN_HAND, _S.REHANDLING}
    assert {state for state in GRAPH if allowed(state, _T.DISPATCH)} == {_S.PRE_DISPATCHED}


@pytest.mark.parametrize("step", HandlingStep)
@pytest.mark.parametrize("state", [None, *HandlingState])
def test_what_the_graph_has_not_is_refused_with_what_it_is_now(
    state: HandlingState | None, step: HandlingStep
) -> None:
    if allowed(state, step):
        assert after(state, step) in HandlingState
    else:
        with pytest.raises(HandlingStepRefused, match=f"现在不能“{step.label}”：提案"):
            after(state, step)
