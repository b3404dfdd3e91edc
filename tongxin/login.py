"""Whom one can sign in as; apart from the demo, which makes them, because every start shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody one can sign in as."""

    who: str
    """Place, role and name, in Chinese."""
    account: str
    password: str
