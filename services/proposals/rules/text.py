"""What a proposal's text must look like: one matter, told as facts, analysis and separate suggestions.

Always holds: every mistake is named at its field, all at once, so that nobody mends a text one refusal at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tongxin_contracts.plain_text import (
    CODE_POINTS_PER_CHARACTER,
    tidy,
    tidy_line,
    unusable_characters,
    visible_length,
)
from tongxin_contracts.refusals import FieldError, FieldsRefused


@dataclass(frozen=True, slots=True)
class TextLimits:
    """How long each part may be, in visible characters."""

    title_min: int = 5
    title_max: int = 60
    facts_max: int = 3000
    analysis_max: int = 3000
    suggestion_max: int = 500
    suggestions_max: int = 10


LIMITS: Final = TextLimits()


@dataclass(frozen=True, slots=True)
class ProposalText:
    """What the proposer writes."""

    title: str
    facts: str
    analysis: str
    suggestions: tuple[str, ...]


def tidied(text: ProposalText) -> ProposalText:
    """The proposal with every part tidied and empty suggestions at the end dropped, so that positions stay."""
    suggestions = [tidy(part) for part in text.suggestions]
    while suggestions and not suggestions[-1]:
        suggestions.pop()
    return ProposalText(tidy_line(text.title), tidy(text.facts), tidy(text.analysis), tuple(suggestions))


def check_text(text: ProposalText, limits: TextLimits = LIMITS) -> tuple[FieldError, ...]:
    """Everything wrong with a proposal that is handed in; empty when it may be. The text is tidied already."""
    return tuple(_errors(text, limits))


def require_text(text: ProposalText, limits: TextLimits = LIMITS) -> ProposalText:
    """The tidied text; raises FieldsRefused with every field at fault."""
    tidy_text = tidied(text)
    errors = check_text(tidy_text, limits)
    if errors:
        raise FieldsRefused("提案还不能提交，请修改标出的地方；已写的内容不会丢失。", errors)
    return tidy_text


def _errors(text: ProposalText, limits: TextLimits) -> Iterator[FieldError]:
    length = visible_length(text.title)
    if not text.title:
        yield FieldError("title", "请填写案由（标题）。")
    elif length < limits.title_min:
        yield FieldError("title", f"案由太短：至少 {limits.title_min} 个字，现在 {length} 个字。")
    yield from _common("title", "案由", text.title, limits.title_max, lines=False)

    for field, label, part, most in (
        ("facts", "情况反映", text.facts, limits.facts_max),
        ("analysis", "问题分析", text.analysis, limits.analysis_max),
    ):
        if not part:
            yield FieldError(field, f"请填写{label}。")
        yield from _common(field, label, part, most, lines=True)

    if not text.suggestions:
        yield FieldError("suggestions", "请至少写一条具体建议；没有具体建议的提案不予立案。")
    if len(text.suggestions) > limits.suggestions_max:
        count = len(text.suggestions)
        yield FieldError(
            "suggestions", f"建议最多 {limits.suggestions_max} 条，现在 {count} 条，请合并或删减。"
        )
    for index, part in enumerate(text.suggestions):
        label = f"第 {index + 1} 条建议"
        if not part:
            yield FieldError(f"suggestions.{index}", f"{label}是空的，请填写或删去这一条。")
        elif part in text.suggestions[:index]:
            yield FieldError(f"suggestions.{index}", f"{label}与前面的建议重复，请删去或改写。")
        yield from _common(f"suggestions.{index}", label, part, limits.suggestion_max, lines=True)


def _common(field: str, label: str, part: str, most: int, *, lines: bool) -> Iterator[FieldError]:
    length = visible_length(part)
    if length > most:
        yield FieldError(
            field, f"{label}太长：最多 {most} 个字，现在 {length} 个字，请删减 {length - most} 个字。"
        )
    elif len(part) > most * CODE_POINTS_PER_CHARACTER:
        yield FieldError(field, f"{label}含有过多的组合符号，请改用普通文字。")
    unusable = unusable_characters(part, lines=lines)
    if unusable:
        listed = "、".join(unusable[:5])
        yield FieldError(field, f"{label}含有不能保存的控制字符（{listed}），请删去或重新输入这一段。")
