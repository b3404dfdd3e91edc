"""How rules say no: with words that tell a person what to do. The chassis turns them into problems.

They stand here because rules may import nothing else of ours.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field at fault."""

    field: str
    """Dotted path in the request: `suggestions.2` is the third suggestion."""
    message: str
    """What is wrong and what to do, in Chinese."""


class Refused(Exception):
    """A rule says no; `reason` is Chinese and meant for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FieldsRefused(Refused):
    """What was handed in breaks rules in one or more fields."""

    def __init__(self, reason: str, errors: tuple[FieldError, ...]) -> None:
        super().__init__(reason)
        self.errors = errors
