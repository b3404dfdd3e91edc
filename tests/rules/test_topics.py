"""Only filed proposals become topics, once for each committee, and nobody takes what they cannot see."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation.rules.topics import (
    GRAPH,
    Source,
    TopicRefused,
    TopicStep,
    after,
    allowed,
    require_takeable,
)
from tongxin_contracts.words import ProposalState, TopicState

ONE = UUID(int=1)
CITY, COUNTY, BESIDE = "340900", "340921", "340922"


def take(
    committee: str, state: ProposalState = ProposalState.FILED, taken: tuple[tuple[str, UUID], ...] = ()
) -> None:
    seen = (CITY, COUNTY, BESIDE) if committee == CITY else (committee,)
    require_takeable(Source(ONE, COUNTY, state), committee, seen=seen, taken=taken)


def test_a_filed_proposal_can_be_taken_by_its_county_and_by_the_city_above() -> None:
    take(COUNTY)
    take(CITY)


def test_a_county_beside_cannot_even_tell_that_it_exists() -> None:
    with pytest.raises(TopicRefused, match="没有找到"):
        take(BESIDE)


@pytest.mark.parametrize("state", [state for state in ProposalState if state is not ProposalState.FILED])
def test_what_is_not_filed_cannot_be_taken(state: ProposalState) -> None:
    with pytest.raises(TopicRefused, match="已立案"):
        take(COUNTY, state)


def test_one_topic_for_each_proposal_and_committee() -> None:
    with pytest.raises(TopicRefused, match="已经列为"):
        take(COUNTY, taken=((COUNTY, ONE),))
    take(CITY, taken=((COUNTY, ONE),))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(TopicStep), max_size=12))
def test_no_sequence_of_steps_leaves_the_graph(steps: list[TopicStep]) -> None:
    state = TopicState.CANDIDATE
    for step in steps:
        if allowed(state, step):
            state = after(state, step)
        else:
            with pytest.raises(TopicRefused):
                after(state, step)
    assert state in GRAPH
