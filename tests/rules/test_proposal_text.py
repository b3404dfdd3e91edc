"""A proposal's text is checked field by field, and rare characters and emoji are ordinary characters."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposals.rules.text import LIMITS, ProposalText, check_text, require_text, tidied
from tongxin_contracts.plain_text import tidy, tidy_line, unusable_characters, visible_length
from tongxin_contracts.refusals import FieldsRefused

FEW = settings(max_examples=80, deadline=None)
GOOD = ProposalText(
    title="关于增加公交车线路及站台的提案",
    facts="城东新区近两年入住居民较多，公交线路没有跟上。",
    analysis="线网规划滞后于住宅建设，站台间距偏大。",
    suggestions=("延伸两条线路。", "增设四处站台。", "早晚高峰加密班次。"),
)


def fields_at_fault(**changes: object) -> list[str]:
    parts = {name: getattr(GOOD, name) for name in ("title", "facts", "analysis", "suggestions")}
    return [error.field for error in check_text(tidied(ProposalText(**{**parts, **changes})))]


def test_a_plain_proposal_passes() -> None:
    assert check_text(GOOD) == ()
    assert require_text(GOOD) == GOOD


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "四个字啊"}, "title"),
        ({"title": "字" * 61}, "title"),
        ({"title": "含有\x07响铃的标题"}, "title"),
        ({"facts": "  \n "}, "facts"),
        ({"facts": "字" * 3001}, "facts"),
        ({"analysis": ""}, "analysis"),
        ({"analysis": "坏\ud800字"}, "analysis"),
        ({"suggestions": ()}, "suggestions"),
        ({"suggestions": ("", " ")}, "suggestions"),
        ({"suggestions": tuple(f"第{n}条" for n in range(11))}, "suggestions"),
        ({"suggestions": ("好", "字" * 501)}, "suggestions.1"),
        ({"suggestions": ("好", "", "再好")}, "suggestions.1"),
        ({"suggestions": ("好", "再好", "好")}, "suggestions.2"),
        ({"suggestions": ("a\ufffe",)}, "suggestions.0"),
    ],
)
def test_each_mistake_is_named_at_its_field(changes: dict[str, object], field: str) -> None:
    assert fields_at_fault(**changes) == [field]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(FieldsRefused) as refusal:
        require_text(ProposalText("", "", "", ()))
    assert [error.field for error in refusal.value.errors] == ["title", "facts", "analysis", "suggestions"]
    assert all(error.message.endswith("。") for error in refusal.value.errors)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("𠮷䶮", 2),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇨🇳🇨🇳", 2),
        ("葛\U000e0100", 1),  # a variant of the character, as some names have it
        ("e\u0301", 1),
        ("王\u200d李", 2),  # a joiner between letters joins nothing
    ],
)
def test_characters_are_counted_as_people_see_them(text: str, length: int) -> None:
    assert visible_length(text) == length


def test_a_title_of_sixty_rare_characters_passes_and_sixty_one_do_not() -> None:
    assert fields_at_fault(title="𠮷䶮👍🏽" * 20) == []
    assert fields_at_fault(title="𠮷䶮👍🏽" * 20 + "好") == ["title"]


def test_a_pile_of_marks_does_not_pass_as_one_character() -> None:
    assert fields_at_fault(title="五个字的标题" + "\u0301" * 10_000) == ["title"]


def test_what_a_word_processor_leaves_behind_is_taken_out_silently() -> None:
    assert tidy("\ufeff第一行\r\n第二\u200b行\v第三行\u2028第四行 ") == "第一行\n第二行\n第三行\n第四行"
    assert tidy_line(" 标题\r\n的后半 ") == "标题 的后半"
    assert tidy("看\u202e起来\u202c") == "看起来"


def test_compatibility_characters_in_names_are_left_alone() -> None:
    rare = "\uf900\ufa11𠮷"
    assert unicodedata.normalize("NFC", rare) != rare
    assert tidy(rare) == rare


@FEW
@given(st.text(max_size=60))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert tidy_line(tidy_line(text)) == tidy_line(text)


@FEW
@given(st.lists(st.text(max_size=40), max_size=12), st.text(max_size=80), st.text(max_size=40))
def test_whatever_passes_can_be_stored_and_is_within_limits(
    suggestions: list[str], title: str, facts: str
) -> None:
    text = tidied(ProposalText(title, facts, facts, tuple(suggestions)))
    if check_text(text):
        return
    whole = "\n".join((text.title, text.facts, *text.suggestions))
    whole.encode("utf-8")
    assert "\0" not in whole
    assert not unusable_characters(whole, lines=True)
    assert LIMITS.title_min <= visible_length(text.title) <= LIMITS.title_max
    assert 1 <= len(text.suggestions) <= LIMITS.suggestions_max
