"""Scores, ranks and votes of the appraisal of lead units (row 58)."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposals.rules.appraisal import Figures, carried, check_weights, score
from tongxin_contracts.refusals import FieldsRefused
from tongxin_contracts.words import AppraisalItem, AppraisalOutcome

WEIGHTS = {
    AppraisalItem.ON_TIME: 30,
    AppraisalItem.FEEDBACK_WORK: 20,
    AppraisalItem.FEEDBACK_RESULT: 20,
    AppraisalItem.COMMITMENTS: 10,
    AppraisalItem.MEMBER_SCORES: 20,
}


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    led = draw(st.integers(1, 30))
    on_time = draw(st.integers(0, led))
    asked = draw(st.integers(0, 60))
    commitments = draw(st.integers(0, 20))
    scores = draw(st.integers(0, 30))
    return Figures(
        unit_id=draw(st.uuids()),
        led=led,
        on_time=on_time,
        overdue=draw(st.integers(0, led - on_time)),
        asked=asked,
        satisfied=draw(st.integers(0, asked)),
        agreed=draw(st.integers(0, asked)),
        commitments=commitments,
        commitments_kept=draw(st.integers(0, commitments)),
        marks=4 * scores,
        mark_sum=draw(st.integers(4 * scores, 20 * scores)),
    )


UNITS = st.lists(figures(), min_size=1, max_size=25, unique_by=lambda unit: unit.unit_id)


@given(UNITS)
def test_every_lead_unit_is_scored_and_ranked(units: list[Figures]) -> None:
    found = score(units, WEIGHTS, praised=5, rectifying=2)
    assert {one.figures.unit_id for one in found} == {unit.unit_id for unit in units}
    assert all(0 <= one.total <= 100 for one in found)
    for one in found:
        assert one.rank == 1 + sum(other.total > one.total for other in found), "equal totals share a rank"


@given(UNITS)
def test_who_rectifies_is_last_not_praised_and_never_more_than_half(units: list[Figures]) -> None:
    found = score(units, WEIGHTS, praised=5, rectifying=2)
    last = [one for one in found if one.outcome is AppraisalOutcome.RECTIFY]
    others = [one for one in found if one.outcome is not AppraisalOutcome.RECTIFY]
    assert len(last) <= len(units) // 2
    assert all(worse.total <= better.total for worse in last for better in others)
    assert all(one.rank <= 5 for one in found if one.outcome is AppraisalOutcome.PRAISED)
    if len({one.total for one in found}) == len(found):
        assert len(last) == min(2, len(units) // 2)


@given(UNITS, st.randoms())
def test_the_result_does_not_depend_on_the_order_units_come_in(units: list[Figures], random: object) -> None:
    shuffled = list(units)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(units, WEIGHTS, praised=5, rectifying=2) == score(shuffled, WEIGHTS, praised=5, rectifying=2)


@given(figures(), st.integers(1, 20))
def test_silence_never_lifts_a_total(unit: Figures, more: int) -> None:
    """Only where somebody had been asked already: before that the item is left out, as the rule says."""
    if unit.asked == 0:
        return
    values = {name: getattr(unit, name) for name in Figures.__dataclass_fields__}
    quieter = Figures(**(values | {"asked": unit.asked + more}))
    [before], [after] = (score([one], WEIGHTS, praised=5, rectifying=2) for one in (unit, quieter))
    assert after.total <= before.total


def test_an_item_with_nothing_to_count_is_left_out_and_the_rest_taken_in_proportion() -> None:
    unit = Figures(unit_id=UUID(int=1), led=4, on_time=3, overdue=1)
    [found] = score([unit], WEIGHTS, praised=5, rectifying=2)
    assert set(found.points) == {AppraisalItem.ON_TIME}
    assert (found.points[AppraisalItem.ON_TIME], found.total) == (Decimal("22.50"), Decimal("75.00"))


@pytest.mark.parametrize(
    ("votes", "passes"), [((6, 5, 0), True), ((5, 5, 0), False), ((5, 4, 1), False), ((0, 0, 0), False)]
)
def test_more_than_half_of_those_present_carry(votes: tuple[int, int, int], passes: bool) -> None:
    assert carried(*votes) is passes


@pytest.mark.parametrize(
    "weights",
    [
        [(AppraisalItem.ON_TIME, 99)],
        [(AppraisalItem.ON_TIME, 50), (AppraisalItem.ON_TIME, 50)],
    ],
)
def test_weights_are_a_hundred_and_each_item_stands_once(weights: list[tuple[AppraisalItem, int]]) -> None:
    with pytest.raises(FieldsRefused):
        check_weights(weights)
