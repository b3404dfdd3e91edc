"""What a step lacks is named; numbers decide a vote; half of those present have to be concerned; silence is not praise."""

from datetime import date
from typing import Any

import pytest

from chassis.calendar import working_days_between
from services.consultation.rules.process import (
    Inputs,
    after_silence,
    complete,
    is_satisfied,
    require_outcome,
    still_waiting,
)
from services.consultation.rules.template import load_template
from services.consultation.templates import bundled_template
from tests.rules.test_template import step, template
from tongxin_contracts.consultation.templates import END, Template
from tongxin_contracts.refusals import FieldsRefused, Refused
from tongxin_contracts.words import ProcessOutcome, StepKind, StepOutcome

TALK = bundled_template("open_talk")


def end(by: Template, code: str, outcome: StepOutcome, *, surveyed: bool = False, **inputs: Any) -> str:
    return complete(
        by,
        by.step(code),
        outcome,
        Inputs(**inputs),
        surveyed=surveyed,
        working_days=working_days_between,
    )


def talk(outcome: StepOutcome, present: int, stakeholders: int) -> str:
    return end(
        TALK, "talk", outcome, present=present, stakeholders=stakeholders, notice_on=date(2026, 3, 2),
        held_on=date(2026, 3, 9), fields={"共识或分歧": "各方同意"},
    )  # fmt: skip


def test_nine_of_twenty_cannot_open_ten_can() -> None:
    with pytest.raises(FieldsRefused) as refused:
        talk(StepOutcome.CONSENSUS, 20, 9)
    assert "至少要 10 人" in refused.value.errors[0].message
    assert talk(StepOutcome.CONSENSUS, 20, 10) == "handle"


def test_no_consensus_is_an_outcome_without_handling() -> None:
    assert talk(StepOutcome.NO_CONSENSUS, 20, 12) == "report"
    assert TALK.step("report").kind is StepKind.DOCUMENT
    with pytest.raises(Refused, match="未达成共识"):
        require_outcome(ProcessOutcome.ADVICE, consensus=False)
    require_outcome(ProcessOutcome.OPINIONS_FOR_DECISION, consensus=False)
    require_outcome(ProcessOutcome.ADVICE, consensus=None)


def test_notice_is_counted_in_working_days() -> None:
    with pytest.raises(FieldsRefused) as refused:
        end(
            TALK, "talk", StepOutcome.CONSENSUS, present=2, stakeholders=2, fields={"共识或分歧": "有"},
            notice_on=date(2026, 3, 6), held_on=date(2026, 3, 12),
        )  # fmt: skip
    assert "只提前了 4 个工作日" in refused.value.errors[0].message


VOTE = load_template(
    template(
        step(
            "v", "表决", kind="vote", needs=[{"kind": "majority", "majority": "two_thirds"}],
            to=[{"outcome": "passed", "to": END}, {"outcome": "rejected", "to": END}],
        )
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("in_favour", "against", "outcome", "right"),
    [
        (6, 3, StepOutcome.PASSED, True),
        (5, 4, StepOutcome.PASSED, False),
        (5, 4, StepOutcome.REJECTED, True),
        (6, 3, StepOutcome.REJECTED, False),
        (9, 1, StepOutcome.PASSED, False),
    ],
)
def test_a_vote_passes_by_its_numbers(
    in_favour: int, against: int, outcome: StepOutcome, right: bool
) -> None:
    def vote() -> str:
        return end(VOTE, "v", outcome, present=9, in_favour=in_favour, against=against)

    if right:
        assert vote() == END
    else:
        with pytest.raises(FieldsRefused):
            vote()


def test_no_survey_no_session() -> None:
    steps = bundled_template("seven_steps")
    inputs: dict[str, Any] = {
        "fields": {"协商意见": "同意"},
        "notice_on": date(2026, 3, 2),
        "held_on": date(2026, 3, 9),
    }
    with pytest.raises(FieldsRefused) as refused:
        end(steps, "talk", StepOutcome.CONSENSUS, **inputs)
    assert "不调研不协商" in refused.value.errors[0].message
    assert end(steps, "talk", StepOutcome.CONSENSUS, surveyed=True, **inputs) == "supervise"
    assert still_waiting(steps.step("talk"), [], surveyed=False)
    assert not still_waiting(steps.step("talk"), [], surveyed=True)


def test_who_does_not_rate_is_not_satisfied() -> None:
    rate = bundled_template("one_key").step("rate")
    assert after_silence(rate) is StepOutcome.UNRATED
    assert not is_satisfied(StepOutcome.UNRATED)
    assert not is_satisfied(None)
    assert is_satisfied(StepOutcome.SATISFIED)
    with pytest.raises(Refused, match="不能以"):
        end(bundled_template("one_key"), "rate", StepOutcome.UNRATED)
    assert after_silence(bundled_template("one_key").step("urge")) is None
