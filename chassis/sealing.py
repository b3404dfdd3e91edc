"""Sensitive columns are stored encrypted, each value bound to the row it belongs to (PIPL art. 28).

The first key of the file seals, all of them open, so that a new key can be taken while values under the old one are
still read. While there are several, a sealed value names its key; with one there is nothing to name, and what is sealed
can be read by a version of the code that knows no names.
"""

import base64
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.key_files import Fixed, KeyFile

_NONCE: Final = 12
_MARK: Final = b"\x01s"
"""Before the key's name; a value of before begins so once in 65,536 times, and is then opened as what it is."""
_NAME: Final = 4


class Ring:
    """The keys of one file: the first one seals."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("a sealing key file holds no key")
        self.current = key_name(keys[0])
        self.ciphers = {key_name(key): AESGCM(key) for key in keys}
        self.mark = _MARK + self.current if len(self.ciphers) > 1 else b""


def key_name(key: bytes) -> bytes:
    """What a sealed value calls its key; says nothing about it."""
    return hashlib.sha256(b"tongxin sealing" + key).digest()[:_NAME]


def read_keys(content: bytes) -> list[bytes]:
    """The keys of a file: base64, one a line, the one that seals first."""
    return [base64.b64decode(line) for line in content.split()]


class Sealer:
    """Encrypts and decrypts single values with AES-256-GCM."""

    def __init__(self, *keys: bytes) -> None:
        self._ring: KeyFile[Ring] | Fixed[Ring] = Fixed(Ring(keys))

    @classmethod
    def from_file(cls, path: Path) -> "Sealer":
        """With the keys of a file, as they stand at each use."""
        made = cls.__new__(cls)
        made._ring = KeyFile(path, lambda content: Ring(read_keys(content)))
        return made

    def seal(self, value: str | None, row: UUID) -> bytes | None:
        """Encrypt a value for one row with the first key; None stays None."""
        if value is None:
            return None
        ring, nonce = self._ring.now(), os.urandom(_NONCE)
        return ring.mark + nonce + ring.ciphers[ring.current].encrypt(nonce, value.encode(), row.bytes)

    def open(self, sealed: bytes | None, row: UUID) -> str | None:
        """Decrypt a value; raises InvalidTag when it was sealed for another row or with a key that is not there."""
        if sealed is None:
            return None
        ring = self._ring.now()
        named = sealed[len(_MARK) : len(_MARK) + _NAME] if sealed.startswith(_MARK) else None
        if named is not None and named in ring.ciphers:
            try:
                return _open(ring.ciphers[named], sealed[len(_MARK) + _NAME :], row)
            except InvalidTag:
                pass  # perhaps a value of before that happens to begin so
        for cipher in ring.ciphers.values():
            try:
                return _open(cipher, sealed, row)
            except InvalidTag:
                continue
        raise InvalidTag

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value names the key that seals now; asked while there are several."""
        return sealed.startswith(_MARK + self._ring.now().current)


def _open(cipher: AESGCM, sealed: bytes, row: UUID) -> str:
    return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], row.bytes).decode()
