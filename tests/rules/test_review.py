"""Review rounds are data: what a round may decide, and what each decision needs."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposals.rules.review import (
    ONE_ROUND,
    Decision,
    SchemeRefused,
    Verdict,
    WrongRound,
    check_decision,
    decide,
    load_review_scheme,
    require_seat,
)
from services.proposals.rules.states import Step, allowed
from services.proposals.schemes import BUNDLED, bundled_review_data
from tongxin_contracts.refusals import FieldsRefused
from tongxin_contracts.words import ConvertTarget, Ground, ProposalState, ReviewOutcome

FILE, RETURN, NOT_FILE = ReviewOutcome.FILE, ReviewOutcome.RETURN, ReviewOutcome.NOT_FILE
OUTCOMES = ["file", "return", "not_file"]
FOUR_ROUNDS: dict[str, Any] = {
    "code": "taihu",
    "version": "2020.1",
    "name": "四审制",
    "rounds": [
        {"name": "提案组初审", "seats": ["review_group"], "outcomes": OUTCOMES, "final": ["return"]},
        {"name": "提案委员会复审", "seats": ["proposals_office"], "outcomes": OUTCOMES, "final": ["return"]},
        {"name": "三方会审", "seats": ["proposals_office", "inspection_office"], "outcomes": OUTCOMES},
        {"name": "主席会议终审", "seats": ["chairs_meeting"], "outcomes": OUTCOMES},
    ],
}


def fields(decision: Decision) -> list[str]:
    return [error.field for error in check_decision(ONE_ROUND, 0, decision)]


def test_there_are_ten_grounds_each_with_its_own_words() -> None:
    assert len(Ground) == 10
    assert len({ground.label for ground in Ground}) == 10


@pytest.mark.parametrize("ground", Ground)
def test_each_ground_carries_a_refusal_to_file(ground: Ground) -> None:
    verdict = decide(ONE_ROUND, 0, Decision(NOT_FILE, ground))
    assert verdict == Verdict(Step.NOT_FILE, None, ONE_ROUND.rule_version)


def test_not_filing_needs_a_ground() -> None:
    (error,) = check_decision(ONE_ROUND, 0, Decision(NOT_FILE, None, "内容空泛"))
    assert error.field == "ground"
    assert "必须选择" in error.message


@pytest.mark.parametrize("outcome", [FILE, RETURN])
def test_only_not_filing_has_a_ground(outcome: ReviewOutcome) -> None:
    assert fields(Decision(outcome, Ground.EMPTY, "请补充")) == ["ground"]


@pytest.mark.parametrize("reason", ["", "  \n", "\u200b"])
def test_returning_needs_a_reason(reason: str) -> None:
    assert fields(Decision(RETURN, None, reason)) == ["reason"]


def test_a_reason_has_a_limit_and_no_control_characters() -> None:
    assert fields(Decision(RETURN, None, "字" * 1001)) == ["reason"]
    assert fields(Decision(RETURN, None, "请\0改")) == ["reason"]
    assert fields(Decision(RETURN, None, "请补充𠮷村的数据 👍")) == []


def test_an_incomplete_decision_is_refused_with_every_field() -> None:
    with pytest.raises(FieldsRefused) as refusal:
        decide(ONE_ROUND, 0, Decision(NOT_FILE, None, "字" * 1001))
    assert [error.field for error in refusal.value.errors] == ["ground", "reason"]


def test_in_four_rounds_nothing_is_filed_before_the_last_one() -> None:
    scheme = load_review_scheme(FOUR_ROUNDS)
    for index in range(3):
        assert decide(scheme, index, Decision(FILE)) == Verdict(None, index + 1, "taihu@2020.1")
    assert decide(scheme, 3, Decision(FILE)).step is Step.FILE
    assert decide(scheme, 0, Decision(RETURN, None, "请写明地点")).step is Step.RETURN


@pytest.mark.parametrize(
    "change",
    [
        {"rounds": []},
        {"rounds": FOUR_ROUNDS["rounds"] * 2},
        {"rounds": [{"name": "一审", "seats": [], "outcomes": OUTCOMES}]},
        {"rounds": [{"name": "一审", "seats": ["chairs_meeting"], "outcomes": ["burn"]}]},
        {
            "rounds": [
                {"name": "一审", "seats": ["chairs_meeting"], "outcomes": ["file"], "final": ["return"]}
            ]
        },
        {"grounds": ["weather"]},
        {"grounds": []},
        {"version": " "},
    ],
)
def test_a_scheme_that_cannot_be_worked_by_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SchemeRefused):
        load_review_scheme({**FOUR_ROUNDS, **change})


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 3),
    st.sampled_from(ReviewOutcome),
    st.none() | st.sampled_from(Ground),
    st.text(max_size=30),
)
def test_every_verdict_is_a_step_of_the_graph_or_the_next_round(
    index: int, outcome: ReviewOutcome, ground: Ground | None, reason: str
) -> None:
    scheme = load_review_scheme(FOUR_ROUNDS)
    decision = Decision(outcome, ground, reason)
    if check_decision(scheme, index, decision):
        with pytest.raises(FieldsRefused):
            decide(scheme, index, decision)
        return
    verdict = decide(scheme, index, decision)
    assert (verdict.step is None) is (verdict.next_round is not None)
    if verdict.step is not None:
        assert allowed(ProposalState.SUBMITTED, verdict.step)
    assert verdict.rule_version == scheme.rule_version


# --- rounds that take only what is disputed, mergers, conversions -----------------------------------------------------------

TAIHU = load_review_scheme(bundled_review_data("taihu"))
OUTCOME = st.sampled_from([FILE, NOT_FILE, ReviewOutcome.MERGE, ReviewOutcome.CONVERT])


def full(outcome: ReviewOutcome, *, disputed: bool = False) -> Decision:
    return Decision(
        outcome,
        ground=Ground.EMPTY if outcome is NOT_FILE else None,
        into=UUID(int=1) if outcome is ReviewOutcome.MERGE else None,
        target=ConvertTarget.OPINION_REPORT if outcome is ReviewOutcome.CONVERT else None,
        disputed=disputed,
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(OUTCOME, st.booleans()), min_size=4, max_size=4))
def test_the_third_round_is_taken_by_what_is_disputed_and_nothing_ends_before_the_fourth(
    words: list[tuple[ReviewOutcome, bool]],
) -> None:
    index, disputed = 0, False
    seen: list[int] = []
    earlier: list[ReviewOutcome] = []
    while True:
        seen.append(index)
        outcome, not_of_one_mind = words[index]
        verdict = decide(TAIHU, index, full(outcome, disputed=not_of_one_mind), earlier, disputed=disputed)
        if verdict.next_round is None:
            break
        earlier.append(outcome)
        index, disputed = verdict.next_round, verdict.disputed
    assert seen[-1] == 3
    of_two_minds = words[0][0] is not words[1][0] or words[0][1] or words[1][1]
    assert (2 in seen) is of_two_minds


def test_a_merger_names_the_other_one_and_a_conversion_what_it_becomes() -> None:
    errors = check_decision(TAIHU, 3, Decision(ReviewOutcome.MERGE))
    assert [error.field for error in errors] == ["into"]
    errors = check_decision(TAIHU, 3, Decision(ReviewOutcome.CONVERT))
    assert [error.field for error in errors] == ["target"]


def test_only_who_sits_in_the_round_decides() -> None:
    require_seat(TAIHU, 2, ["member", "inspection_office"])
    with pytest.raises(WrongRound) as refused:
        require_seat(TAIHU, 2, ["chairs_meeting"])
    assert "三方会审" in refused.value.reason


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_schemes_can_be_worked_by(name: str) -> None:
    scheme = load_review_scheme(bundled_review_data(name))
    assert 1 <= len(scheme.rounds) <= 4
    assert set(scheme.grounds) == set(Ground)


@pytest.mark.parametrize("place", [0, 3])
def test_the_first_and_the_last_round_take_everything(place: int) -> None:
    rounds = [dict(one) for one in bundled_review_data("taihu")["rounds"]]
    rounds[place]["takes"] = "disputed"
    with pytest.raises(SchemeRefused):
        load_review_scheme({**bundled_review_data("taihu"), "rounds": rounds})
