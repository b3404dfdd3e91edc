"""What a reply must have before it leaves its unit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from services.proposals.rules.replies import (
    Line,
    check_reply,
    check_responsibilities,
    has_data,
    letter_number,
    overall_class,
    require_opinions,
    require_other_checker,
    require_talk,
)
from tongxin_contracts.refusals import FieldsRefused, Refused
from tongxin_contracts.words import ReplyClass

A, B, C = ReplyClass.A, ReplyClass.B, ReplyClass.C
TODAY = date(2026, 6, 1)
TEXT = "已更换主管三处，共 860 米。"


def line(place: int, kind: ReplyClass | None = A, promised: date | None = None, text: str = TEXT) -> Line:
    return Line(suggestion=place, text=text, reply_class=kind, promised_by=promised)


def refused(*lines: Line, suggestions: int = 1) -> list[str]:
    """The fields that are marked."""
    with pytest.raises(FieldsRefused) as found:
        check_reply(lines, suggestions, TODAY)
    return [error.field for error in found.value.errors]


def test_every_suggestion_is_answered_with_a_class() -> None:
    check_reply([line(0), line(1, C)], 2, TODAY)
    assert refused(line(0), suggestions=2) == ["lines.1.text"]
    assert refused(line(0, text="  同意 ")) == ["lines.0.text"]
    assert refused(line(0, None)) == ["lines.0.reply_class"]


def test_a_promise_has_a_date_that_is_still_to_come() -> None:
    check_reply([line(0, B, date(2026, 6, 2))], 1, TODAY)
    assert refused(line(0, B)) == ["lines.0.promised_by"]
    assert refused(line(0, B, TODAY)) == ["lines.0.promised_by"]


@given(st.lists(st.sampled_from(ReplyClass), min_size=1))
def test_the_letter_has_the_class_that_leaves_most_open(classes: list[ReplyClass]) -> None:
    expected = C if C in classes else B if B in classes else A
    assert overall_class(classes) is expected


def test_no_reply_without_a_talk_nor_before_the_opinions() -> None:
    require_talk(1)
    require_opinions([])
    with pytest.raises(Refused, match="不协商不答复"):
        require_talk(0)
    with pytest.raises(Refused, match="城管局"):
        require_opinions(["城管局"])


def test_nobody_checks_what_they_wrote() -> None:
    writer = new_id()
    require_other_checker(writer, new_id())
    with pytest.raises(Refused, match="不能核稿自己"):
        require_other_checker(writer, writer)


@pytest.mark.parametrize(
    ("evidence", "enough"),
    [
        ("更换主管 3 处", True),
        ("惠及八百六十户", True),
        ("投资４８０万元", True),
        ("已经落实到位", False),
        ("正在积极推进，成效明显", False),
        ("", False),
    ],
)
def test_a_result_names_something_that_can_be_counted(evidence: str, enough: bool) -> None:
    assert has_data(evidence) is enough


def test_every_suggestion_has_somebody_who_does_something() -> None:
    check_responsibilities([0, 0, 1], 2)
    for places in ([0], [0, 1, 2]):
        with pytest.raises(FieldsRefused):
            check_responsibilities(places, 2)


def test_letters_are_numbered_as_letters_are() -> None:
    assert letter_number("水利局", 2026, 12) == "水利局提案复〔2026〕12号"
