"""Keys and passwords of one installation: made once, on first start, in files only their owner may read.

Always holds: a key that exists is never replaced (`infra/keys/` changes them, as a step of its own), every file is 0600 in a folder
of 0700, and nothing in the folder is ever printed or logged.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import nkeys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from infra.local.private_files import PRIVATE_FILE, private_folder, write_private
from infra.nats.config import OPERATOR_USER, SYSTEM_USER
from infra.postgres.roles import SUPERUSER, role_names
from tongxin_contracts.subjects import SERVICES

BUS_USERS = (*SERVICES, OPERATOR_USER, SYSTEM_USER)
SEALING_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """Where each secret of an installation lies."""

    folder: Path

    @property
    def token_private(self) -> Path:
        """Ed25519 key that signs actor tokens (PKCS#8 PEM); for the portal alone."""
        return self.folder / "token_private.pem"

    @property
    def token_public(self) -> Path:
        """Ed25519 key that verifies actor tokens (SPKI PEM)."""
        return self.folder / "token_public.pem"

    @property
    def sealing(self) -> Path:
        """32 random bytes, base64, that encrypt sensitive fields."""
        return self.folder / "sealing.key"

    @property
    def passwords(self) -> Path:
        """Passwords of the database roles, as JSON."""
        return self.folder / "database.json"

    def seed(self, user: str) -> Path:
        """The nkey seed file of a user of the bus."""
        return self.folder / f"{user}.nk"

    def public_nkeys(self) -> dict[str, str]:
        """User of the bus -> its public key, for the server's configuration."""
        return {user: public_nkey(self.seed(user)) for user in BUS_USERS}

    @property
    def retiring(self) -> Path:
        """Public nkeys that are still let in beside the new ones, as JSON: user of the bus -> keys."""
        return self.folder / "retiring.json"

    def retiring_nkeys(self) -> dict[str, list[str]]:
        """User of the bus -> public keys of before that still work; empty when nothing is being changed."""
        if not self.retiring.exists():
            return {}
        found: dict[str, list[str]] = json.loads(self.retiring.read_text())
        return found

    def password(self, role: str) -> str:
        """The password of one database role; KeyError for a role we do not have."""
        return self.all_passwords()[role]

    def all_passwords(self) -> dict[str, str]:
        """Database role -> password."""
        found: dict[str, str] = json.loads(self.passwords.read_text())
        return found


def ensure_keys(folder: Path) -> Keys:
    """Make whatever is missing, leave what is there, tighten modes; returns where things are."""
    keys = Keys(private_folder(folder))
    for user in BUS_USERS:
        if not keys.seed(user).exists():
            write_private(keys.seed(user), new_seed())
    if not keys.token_private.exists():
        write_private(keys.token_private, new_token_key())
    if not keys.token_public.exists():
        write_private(keys.token_public, public_half(keys.token_private.read_bytes()))
    if not keys.sealing.exists():
        write_private(keys.sealing, new_sealing_key())
    _ensure_passwords(keys)
    for file in folder.iterdir():
        file.chmod(PRIVATE_FILE)
    return keys


def new_seed() -> bytes:
    """A new nkey seed of a user."""
    seed: bytes = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER)
    return seed


def new_sealing_key() -> bytes:
    """A line of a sealing key file."""
    return base64.b64encode(os.urandom(SEALING_KEY_BYTES)) + b"\n"


def public_nkey(seed_file: Path) -> str:
    """The public key that belongs to a seed file."""
    pair = nkeys.from_seed(bytearray(seed_file.read_bytes().strip()))
    public: bytes = pair.public_key
    return public.decode()


def _ensure_passwords(keys: Keys) -> None:
    known: dict[str, str] = json.loads(keys.passwords.read_text()) if keys.passwords.exists() else {}
    wanted = (SUPERUSER, *(role for service in SERVICES for role in role_names(service)))
    missing = {role: secrets.token_urlsafe(24) for role in wanted if role not in known}
    if missing:
        write_private(keys.passwords, json.dumps(known | missing, indent=1).encode())


def new_token_key() -> bytes:
    """A new Ed25519 key that signs tokens (PKCS#8 PEM)."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_half(private_pem: bytes) -> bytes:
    """What verifies what that key signs (SPKI PEM)."""
    public = load_pem_private_key(private_pem, password=None).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
