"""How alike two titles are: by pairs of neighbouring characters, which need no dictionary of Chinese words."""

from typing import Final

COMMON: Final = frozenset(
    {"关于", "建议", "的建", "议案", "进一", "一步", "加强", "强我", "我县", "我市", "提案"}
)
"""Pairs that stand in nearly every title and say nothing of its matter."""


def pairs(title: str) -> list[str]:
    """The pairs that tell what a title is about, each once."""
    plain = "".join(character for character in title if character.isalnum())
    found = dict.fromkeys(plain[at : at + 2] for at in range(len(plain) - 1))
    return [pair for pair in found if pair not in COMMON]
