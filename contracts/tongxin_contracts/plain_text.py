"""Text as people type it: what is cleaned silently, what is refused, and how long it looks.

Always holds: text that is tidy and has no unusable character can be stored, exported as XML and shown anywhere.
Characters are counted as people see them, so 𠮷, 䶮 and an emoji made of several code points count as one. No normal
form is applied, because that would swap rare characters in names for others.
"""

import unicodedata
from typing import Final

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
CODE_POINTS_PER_CHARACTER: Final = 8
"""A family emoji needs seven code points; more than this on average is no text but a pile of marks."""


def tidy(text: str) -> str:
    """The text with every line end as LF, without invisible marks and without outer space."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANING).strip()


def tidy_line(text: str) -> str:
    """The same for what stands on one line: a line break in it becomes a space."""
    return " ".join(line.strip() for line in tidy(text).split("\n") if line.strip())


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
    never_characters = (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return unicodedata.category(character) in _CONTROLS or never_characters or character in _DIRECTION_MARKS
