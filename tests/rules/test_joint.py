"""联名: exactly those who confirmed the text that is handed in stand under it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposals.rules.joint import Asked, confirmed, kind_of, text_digest
from services.proposals.rules.similar import pairs
from services.proposals.rules.text import ProposalText
from tongxin_contracts.refusals import FieldsRefused
from tongxin_contracts.words import Category, InvitationState, ProposalKind

TEXT = ProposalText("标题是这样的", "情况", "分析", ("一", "二"))
ASKED = st.builds(
    Asked,
    person=st.uuids(),
    state=st.sampled_from(InvitationState),
    digest=st.sampled_from(["now", "before", None]),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(ASKED, max_size=12, unique_by=lambda one: one.person))
def test_who_signs_has_confirmed_this_text_and_everybody_in_the_way_is_named(asked: list[Asked]) -> None:
    in_the_way = [
        one.person
        for one in asked
        if one.state is InvitationState.INVITED
        or (one.state is InvitationState.ACCEPTED and one.digest != "now")
    ]
    if in_the_way:
        with pytest.raises(FieldsRefused) as refused:
            confirmed(asked, "now")
        assert [error.field for error in refused.value.errors] == [
            f"co_proposers.{one}" for one in in_the_way
        ]
        return
    signed = confirmed(asked, "now")
    assert signed == tuple(one.person for one in asked if one.state is InvitationState.ACCEPTED)
    assert kind_of(signed) is (ProposalKind.JOINT if signed else ProposalKind.INDIVIDUAL)


@pytest.mark.parametrize(
    "other",
    [
        replace(TEXT, title="标题是那样的"),
        replace(TEXT, facts="情况。"),
        replace(TEXT, analysis=""),
        replace(TEXT, suggestions=("二", "一")),
        replace(TEXT, facts="情况分析", analysis=""),
    ],
)
def test_every_word_is_confirmed(other: ProposalText) -> None:
    assert text_digest(other, Category.SOCIETY, ()) != text_digest(TEXT, Category.SOCIETY, ())


def test_category_and_files_are_confirmed_too_but_not_outer_space_or_the_files_order() -> None:
    same = replace(TEXT, title=" 标题是这样的 ", suggestions=("一\r\n", "二", ""))
    digest = text_digest(TEXT, Category.SOCIETY, ["a", "b"])
    assert text_digest(same, Category.SOCIETY, ["b", "a"]) == digest
    assert text_digest(TEXT, Category.ECONOMY, ["a", "b"]) != digest
    assert text_digest(TEXT, Category.SOCIETY, ["a"]) != digest


def test_pairs_leave_out_what_stands_in_every_title() -> None:
    assert pairs("关于加强停车管理的建议") == ["于加", "强停", "停车", "车管", "管理", "理的"]
