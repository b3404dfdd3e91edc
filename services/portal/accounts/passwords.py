"""Passwords: argon2id, hashed off the event loop, and the rules for a new one.

Always holds: an unknown account costs as much time as a wrong password; what is typed is never logged or kept.
"""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH: Final = 10
MAX_LENGTH: Final = 200
_KINDS_NEEDED: Final = 2
_COMMON: Final = (
    "1234567890", "0123456789", "password12", "password123", "qwertyuiop", "1q2w3e4r5t", "aa12345678", "abc1234567",
    "woaini1314", "5201314520", "zhengxie123", "tongxin123", "admin12345", "a123456789", "qq12345678", "iloveyou123",
)  # fmt: skip
_READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without characters that look like others: one-time passwords are read from paper."""

_hasher = PasswordHasher()
_NOBODY: Final = _hasher.hash(secrets.token_hex(16))
"""Checked against when there is no such account, so that nobody learns which exist."""


async def hashed(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_hasher.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; takes as long for an account that has none."""
    return await asyncio.to_thread(_matches, stored, password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        found = _hasher.verify(stored or _NOBODY, password[:MAX_LENGTH])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(found) and stored is not None


def one_time() -> str:
    """A password for somebody to sign in with once: four groups of four readable characters."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def faults(password: str, *, login: str, name: str) -> list[str]:
    """What is wrong with a new password, in Chinese; empty when it may be used."""
    found = []
    if len(password) < MIN_LENGTH:
        found.append(f"太短：至少 {MIN_LENGTH} 个字符，现在 {len(password)} 个")
    if len(password) > MAX_LENGTH:
        found.append(f"太长：最多 {MAX_LENGTH} 个字符")
    kinds = sum(
        any(test(character) for character in password)
        for test in (str.isdigit, str.isalpha, lambda character: not character.isalnum())
    )
    if kinds < _KINDS_NEEDED:
        found.append("请至少混用字母、数字、符号中的两种")
    lowered = password.lower()
    if login.lower() in lowered or (name and name in password):
        found.append("不要包含账号、手机号或姓名")
    if lowered in _COMMON or len(set(password)) < MIN_LENGTH // 2:
        found.append("过于常见或重复，容易被猜到，请换一个")
    return found
