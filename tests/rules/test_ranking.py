"""Places, awards and allowances: equal points have equal places, and order of arrival changes nothing."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.bundled_schemes import bundled_data, bundled_scheme
from services.members.rules.ranking import ranked
from services.members.rules.scheme import Award, Grade
from services.members.rules.scheme_reading import SchemeInvalid, load_scheme

SCHEME = replace(
    bundled_scheme("tongcheng_2019"),
    awards=(Award("年度优秀委员", Decimal(60), 20),),
    allowances=(Grade("全额", Decimal(60)), Grade("半额", Decimal(30)), Grade("不发放", None)),
)
TOTALS = st.dictionaries(
    st.integers(1, 10**6).map(lambda n: UUID(int=n)), st.integers(0, 200).map(lambda n: Decimal(n) / 2)
)


@given(TOTALS, st.randoms(use_true_random=False))
def test_a_place_counts_everybody_with_more_points_and_nothing_else(
    totals: dict[UUID, Decimal], random: object
) -> None:
    standings = ranked(SCHEME, totals)
    for member, standing in standings.items():
        assert standing.rank == 1 + sum(other > totals[member] for other in totals.values())
        assert standing.missing == max(Decimal(0), Decimal(60) - totals[member])
        assert standing.allowance == SCHEME.allowance_of(totals[member])
    shuffled = list(totals.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert list(ranked(SCHEME, dict(shuffled)).items()) == list(standings.items())


def test_an_award_is_for_the_first_so_many_percent_who_have_the_points() -> None:
    totals = {UUID(int=n): Decimal(points) for n, points in enumerate((90, 80, 80, 59, 10), 1)}
    standings = ranked(SCHEME, totals)
    assert [standing.rank for standing in standings.values()] == [1, 2, 2, 4, 5]
    assert [bool(standing.awards) for standing in standings.values()] == [True, False, False, False, False]
    everybody = replace(SCHEME, awards=(Award("达标奖", Decimal(60), None),))
    assert sum(bool(standing.awards) for standing in ranked(everybody, totals).values()) == 3


def test_awards_and_allowances_are_read_with_the_scheme_and_checked() -> None:
    data = dict(bundled_data("tongcheng_2019"))
    data["awards"] = [{"name": "年度优秀委员", "at_least": 60, "top_percent": 20}]
    data["allowances"] = [{"name": "全额", "at_least": 60}, {"name": "不发放"}]
    assert load_scheme(data).awards == SCHEME.awards
    data["awards"] = [{"name": "年度优秀委员", "at_least": 60, "top_percent": 120}]
    data["allowances"] = [{"name": "不发放"}, {"name": "全额", "at_least": 60}]
    with pytest.raises(SchemeInvalid) as wrong:
        load_scheme(data)
    assert {problem.path for problem in wrong.value.problems} == {"awards.0.top_percent", "allowances"}
