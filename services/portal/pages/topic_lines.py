"""Topics as an office pastes them: a category's list, one topic a line, 「题目：说明」."""

import re
from collections.abc import Mapping

from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.calls import HintDraft
from tongxin_contracts.words import Category

TITLE_MIN, TITLE_MAX, TEXT_MAX = 2, 60, 300
_NUMBERED = re.compile(
    r"^\s*(?:[0-9０-９]+[.．、）)]|[一二三四五六七八九十]+、|[（(][0-9一二三四五六七八九十]+[）)])\s*"
)
"""A number that came with a pasted list."""


def read_topics(typed: Mapping[str, str]) -> tuple[list[HintDraft], list[FieldProblem]]:
    """The topics of `hints_<category>` fields in the order of categories, and what is wrong with which line."""
    topics: list[HintDraft] = []
    problems: list[FieldProblem] = []
    for category in Category:
        name = f"hints_{category.value}"
        for number, line in enumerate(typed.get(name, "").splitlines(), 1):
            title, text = _parts(line)
            if not title and not text:
                continue
            if not TITLE_MIN <= len(title) <= TITLE_MAX:
                message = f"“{category.label}”第 {number} 行：题目应为 {TITLE_MIN} 至 {TITLE_MAX} 字，现有 {len(title)} 字。"
            elif len(text) > TEXT_MAX:
                message = f"“{category.label}”第 {number} 行：说明不超过 {TEXT_MAX} 字，现有 {len(text)} 字。"
            else:
                topics.append(HintDraft(title=title, text=text, category=category))
                continue
            problems.append(FieldProblem(field=name, message=message))
    if not topics and not problems:
        problems.append(FieldProblem(field="hints", message="请至少写一个选题，一行一个。"))
    return topics, problems


def _parts(line: str) -> tuple[str, str]:
    """Title and explanation; the first colon divides them."""
    title, _, text = _NUMBERED.sub("", line).replace(":", "：").partition("：")
    return title.strip(), text.strip()
