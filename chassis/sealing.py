"""Sensitive columns are stored encrypted, each value bound to the row it belongs to (PIPL art. 28)."""

import base64
import os
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Sealer:
    """Encrypts and decrypts single values with AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> "Sealer":
        """Read the key (32 bytes, base64) from a file."""
        return cls(base64.b64decode(path.read_text("ascii").strip()))

    def seal(self, value: str | None, row: UUID) -> bytes | None:
        """Encrypt a value for one row; None stays None."""
        if value is None:
            return None
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value.encode(), row.bytes)

    def open(self, sealed: bytes | None, row: UUID) -> str | None:
        """Decrypt a value; raises InvalidTag when it was sealed for another row or with another key."""
        if sealed is None:
            return None
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], row.bytes).decode()
