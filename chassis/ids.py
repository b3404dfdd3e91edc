"""Identifiers: UUIDv7, so that ids made later sort later and indexes grow at one end."""

from typing import Final
from uuid import UUID, uuid5

import uuid_utils.compat

_NAMESPACE: Final = UUID("6f0a7a4e-5f0b-5d0c-9a57-746f6e677869")


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid_utils.compat.uuid7()


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, for ever: what is made twice from one cause is made once."""
    return uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
