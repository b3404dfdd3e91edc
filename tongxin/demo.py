"""The demo city. Not built yet: `load_demo` says so by returning None, and `tongxin up` goes on without it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.stack import Stack


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody one can sign in as."""

    who: str
    """Name and role, in Chinese."""
    account: str
    password: str


def load_demo(stack: "Stack") -> list[Login] | None:  # noqa: ARG001 - the real one uses it
    """Load the demo city into a ready stack; None while there is none."""
    return None
