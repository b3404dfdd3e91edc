"""The menu: few lines for daily work, everything one may open somewhere in it."""

from dataclasses import replace

import pytest

from services.portal.navigation import MENU, MORE, menu
from tests.browser.examples import THE_MEMBER, page
from tongxin_contracts.permissions import GRANTS, Role


def lines(role: Role) -> dict[str, list[str]]:
    """The labels somebody of one role is shown, by group."""
    who = replace(THE_MEMBER, permissions=frozenset(GRANTS[role]) | {"portal.accounts"})
    return {title: [entry.label for entry in entries] for title, entries in menu(page("/work", who))}


def test_a_member_sees_few_lines_and_finds_the_others_folded() -> None:
    shown = lines(Role.MEMBER)
    assert list(shown)[-1] == MORE
    assert sum(len(labels) for title, labels in shown.items() if title != MORE) <= 11
    assert {"撰写提案", "提案", "我的履职档案"} <= {label for labels in shown.values() for label in labels}
    assert {"流程模板", "办理满意率"} <= set(shown[MORE])


def test_what_one_does_daily_is_not_folded() -> None:
    assert "承诺跟踪" in lines(Role.UNIT_HANDLER)["督办与评价"]
    assert "流程模板" not in lines(Role.COMMITTEE_OFFICE).get(MORE, [])
    assert {"审查台", "交办台"} <= set(lines(Role.PROPOSALS_OFFICE)["提案"])


@pytest.mark.parametrize("role", list(GRANTS))
def test_nothing_one_may_open_is_left_out(role: Role) -> None:
    may = {
        entry.label
        for _, entries in MENU
        for entry in entries
        if entry.needs & (frozenset(GRANTS[role]) | {"portal.accounts"})
    }
    assert sorted(label for labels in lines(role).values() for label in labels) == sorted(may)


def test_no_two_lines_look_the_same() -> None:
    icons = [entry.icon for _, entries in MENU for entry in entries]
    assert len(icons) == len(set(icons))
