"""What a proposal's text must look like: one matter, told as facts, analysis and separate suggestions.

Always holds: text that passes can be stored, exported as XML and shown anywhere; nothing is changed but line ends,
invisible marks and outer space. Characters are counted as people see them, so 𠮷, 䶮 and an emoji made of
several code points count as one; no normal form is applied, because that would swap rare characters for others.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .refusals import FieldError, FieldsRefused


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


_DIRECTION_MARKS: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They can make a text read otherwise than it is stored; Chinese needs none of them."""
_INVISIBLE: Final = "\u200b\u2060\ufeff\u00ad"
"""Zero-width space, word joiner, byte order mark, soft hyphen: left behind by word processors and web pages."""
_LINE_ENDS: Final = "\v\f\x85\u2028\u2029"
_CLEANING: Final = str.maketrans(
    {**dict.fromkeys(_DIRECTION_MARKS + _INVISIBLE), **dict.fromkeys(_LINE_ENDS, "\n")}
)
_JOINER: Final = "\u200d"
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_REGIONAL: Final = range(0x1F1E6, 0x1F200)
_TAGS: Final = range(0xE0020, 0xE0080)
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})
_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_CODE_POINTS_PER_CHARACTER: Final = 8
"""A family emoji needs seven; more on average is not text but a pile of marks."""


def tidy(text: str) -> str:
    """The text with every line end as LF, without invisible marks and without outer space."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANING).strip()


def tidy_line(text: str) -> str:
    """The same for what stands on one line: a line break in it becomes a space."""
    return " ".join(line.strip() for line in tidy(text).split("\n") if line.strip())


def tidied(text: ProposalText) -> ProposalText:
    """The proposal with every part tidied and empty suggestions at the end dropped, so that positions stay."""
    suggestions = [tidy(part) for part in text.suggestions]
    while suggestions and not suggestions[-1]:
        suggestions.pop()
    return ProposalText(tidy_line(text.title), tidy(text.facts), tidy(text.analysis), tuple(suggestions))


def visible_length(text: str) -> int:
    """How many characters a person sees: marks, joined emoji and pairs that make a flag count once."""
    length, joined, half_flag = 0, False, False
    for character in text:
        code = ord(character)
        if character == _JOINER:
            joined = True
            continue
        if code in _SKIN_TONES or code in _TAGS or unicodedata.category(character) in _MARKS:
            continue
        if code in _REGIONAL and half_flag:
            half_flag = False
            continue
        half_flag = code in _REGIONAL
        length += not (joined and unicodedata.category(character) == "So")
        joined = False
    return max(length, 1) if text else 0


def unusable_characters(text: str, *, lines: bool) -> tuple[str, ...]:
    """Code points that cannot be stored or that hide what is written, as `U+0007`; each one once.

    `lines` allows line feeds and tabs.
    """
    found = (c for c in text if _unusable(c) and not (lines and c in "\n\t"))
    return tuple(dict.fromkeys(f"U+{ord(c):04X}" for c in found))


def _unusable(character: str) -> bool:
    code = ord(character)
    never_characters = (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004  (Unicode's own list)
    return unicodedata.category(character) in _CONTROLS or never_characters or character in _DIRECTION_MARKS


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
    elif len(part) > most * _CODE_POINTS_PER_CHARACTER:
        yield FieldError(field, f"{label}含有过多的组合符号，请改用普通文字。")
    unusable = unusable_characters(part, lines=lines)
    if unusable:
        listed = "、".join(unusable[:5])
        yield FieldError(field, f"{label}含有不能保存的控制字符（{listed}），请删去或重新输入这一段。")
