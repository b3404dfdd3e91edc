"""A template that is accepted can be finished from wherever it stands; one that cannot is refused by name."""

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation.rules.process import Inputs, complete
from services.consultation.rules.template import load_template, read_template
from services.consultation.templates import BUNDLED, bundled_template, bundled_template_data
from tongxin_contracts.consultation.templates import (
    END,
    NEED_FITS,
    OUTCOMES,
    Step,
    StepActor,
    Template,
)
from tongxin_contracts.refusals import FieldsRefused
from tongxin_contracts.words import NeedKind, StepKind, StepOutcome


def step(code: str, name: str, kind: str = "form", to: str | list[dict[str, str]] = END, **more: Any) -> Any:
    branches = to if isinstance(to, list) else [{"to": to}]
    return {"code": code, "name": name, "who": "member", "kind": kind, "next": branches} | more


def template(*steps: Any) -> dict[str, Any]:
    return {"code": "mine", "name": "我们的流程", "steps": list(steps)}


def faults(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(error.field, error.message) for error in read_template(data)[1]]


def splits(agreed: str, not_agreed: str) -> list[dict[str, str]]:
    return [{"outcome": "consensus", "to": agreed}, {"outcome": "no_consensus", "to": not_agreed}]


@pytest.mark.parametrize("name", BUNDLED)
def test_what_comes_with_the_system_is_valid(name: str) -> None:
    assert bundled_template(name).code == name


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({}, "steps", "至少要有一个步骤"),
        (template(step("a", "甲"), step("b", "乙")), "steps.1", "第 2 步“乙”走不到"),
        (template(step("a", "甲", to=[])), "steps.0.next", "第 1 步“甲”没有下一步"),
        (template(step("a", "甲", to="c")), "steps.0.next.0.to", "“c”不存在"),
        (template(step("a", "甲", to="b"), step("b", "乙", to="a")), "steps.0.next", "永远走不到结束"),
        (template(step("a", "甲"), step("a", "乙")), "steps.1.code", "代号相同"),
        (template(step("a", "甲", needs=[{"kind": "magic"}])), "steps.0.needs.0.kind", "“magic”不认识"),
        (template(step("a", "甲", kind="dance")), "steps.0.kind", "“dance”不认识"),
        (template(step("a", "甲", kind="vote")), "steps.0.next", "每一种结果都要有下一步"),
        (template(step("a", "甲", needs=[{"kind": "majority"}])), "steps.0.needs.0", "不能要求“表决通过”"),
        (
            template(step("a", "甲", kind="meeting", needs=[{"kind": "survey_finished"}])),
            "steps.0.needs.0",
            "没有“调研”步骤",
        ),
        (
            template(
                step("s", "调研", kind="survey", to="m"),
                step("m", "会议", kind="meeting", to=splits("h", "h")),
                step("h", "办理", kind="handling"),
            ),
            "steps.1.next.1.to",
            "未达成共识时不能直接转“办理”办理",
        ),
        (
            template(
                step("a", "甲", kind="meeting", to=splits("s", "m")),
                step("s", "调研", kind="survey", to="m"),
                step("m", "会议", kind="meeting", needs=[{"kind": "survey_finished"}]),
            ),
            "steps.2.needs",
            "不经过“调研”步骤",
        ),
        (template(step("a", "甲", colour="红")), "steps.0.colour", "没有“colour”这一项"),
        (template(step("a", "甲", days=0)), "steps.0.days", "1 到 250"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(data: Mapping[str, Any], field: str, words: str) -> None:
    assert [message for at, message in faults(data) if at == field and words in message], faults(data)


def test_every_fault_is_said_at_once() -> None:
    data = template(step("a", "", kind="dance"), step("b", "乙", to="x"))
    assert {field for field, _ in faults(data)} >= {"steps.0.name", "steps.0.kind", "steps.1.next.0.to"}
    with pytest.raises(FieldsRefused):
        load_template(data)


@settings(max_examples=150, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["code", "name", "steps", "next", "to", "needs", "kind", "who", "fields", "days"]), inner
    ),
    max_leaves=20,
))  # fmt: skip
def test_anything_handed_in_is_refused_and_never_breaks(data: Any) -> None:
    if isinstance(data, Mapping):
        read_template(data)
        read_template({**bundled_template_data("open_talk"), "steps": [data]})


@st.composite
def any_template(draw: st.DrawFn) -> dict[str, Any]:
    """Steps of any kind with any needs that fit, leading anywhere: most are valid, some are not."""
    size = draw(st.integers(1, 6))
    codes = [f"s{n}" for n in range(size)]
    steps = []
    for n, code in enumerate(codes):
        kind = draw(st.sampled_from(StepKind))
        outcomes = sorted(draw(st.sampled_from(OUTCOMES[kind])))
        onward = codes[n + 1] if n + 1 < size else END
        targets = [onward, *[draw(st.sampled_from([*codes, END])) for _ in outcomes[1:]]]
        needs = [
            NEEDS[need]
            for need in draw(st.sets(st.sampled_from(NeedKind), max_size=3))
            if kind in NEED_FITS[need]
        ]
        if kind is StepKind.VOTE and NEEDS[NeedKind.MAJORITY] not in needs:
            needs.append(NEEDS[NeedKind.MAJORITY])
        branches = [{"outcome": o, "to": to} for o, to in zip(outcomes, targets, strict=True)]
        who = draw(st.sampled_from(StepActor)).value
        steps.append(step(code, f"第{n}步", kind=kind.value, to=branches, needs=needs) | {"who": who})
    return template(*steps)


NEEDS: dict[NeedKind, dict[str, Any]] = {
    NeedKind.FIELDS: {"kind": "fields", "fields": ["事项"]},
    NeedKind.DOCUMENTS: {"kind": "documents", "document": "材料", "count": 2},
    NeedKind.STAKEHOLDERS: {"kind": "stakeholders", "percent": 50},
    NeedKind.MAJORITY: {"kind": "majority"},
    NeedKind.SURVEY_FINISHED: {"kind": "survey_finished"},
    NeedKind.NOTICE: {"kind": "notice", "days": 3},
    NeedKind.TEAM: {"kind": "team", "fixed": 6, "invited": 2},
}


def everything(outcome: StepOutcome) -> Inputs:
    """Inputs that satisfy any need."""
    for_it = 9 if outcome is StepOutcome.PASSED else 1
    return Inputs(
        fields={"事项": "写了"},
        documents=["材料", "材料"],
        notice_on=date(2026, 3, 2),
        held_on=date(2026, 3, 30),
        present=10,
        stakeholders=6,
        in_favour=for_it,
        against=10 - for_it,
        fixed=6,
        invited=2,
    )


@settings(max_examples=200, deadline=None)
@given(any_template())
def test_a_valid_template_can_be_finished_from_every_step(data: dict[str, Any]) -> None:
    loaded, found = read_template(copy.deepcopy(data))
    if loaded is None:
        assert found
        return
    for first in loaded.steps:
        assert shortest_way(loaded, first), f"{first.name} comes to no end"


def shortest_way(loaded: Template, first: Step) -> bool:
    """Go through the real rule with everything given until the end; a survey only counts when it was held."""
    front = {(first.code, first.code not in unsurveyed(loaded))}
    known = set(front)
    while front:
        after: set[tuple[str, bool]] = set()
        for code, surveyed in front:
            one = loaded.step(code)
            for branch in one.next:
                to = complete(
                    loaded, one, branch.outcome, everything(branch.outcome), surveyed=surveyed,
                    working_days=lambda first, last: (last - first).days,
                )  # fmt: skip
                if to == END:
                    return True
                after.add((to, surveyed or one.kind is StepKind.SURVEY))
        front = after - known
        known |= front
    return False


def unsurveyed(loaded: Template) -> set[str]:
    """Steps that a process can stand at before any survey was held."""
    known: set[str] = set()
    front = {loaded.steps[0].code}
    while front:
        known |= front
        steps = [loaded.step(code) for code in front if loaded.step(code).kind is not StepKind.SURVEY]
        front = {branch.to for one in steps for branch in one.next} - known - {END}
    return known
