"""Who asks: short-lived signed tokens beside every request, and system actors for what happens by itself.

A token is good for 60 seconds, for one service, for one request (its id and the digest of its body are inside), and
names a person, the committee they act in and their roles there. Services hold the portal's public key and trust
nothing else (decision 13). Algorithms are named here and nowhere else (decision 30).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from chassis.key_files import Fixed, KeyFile
from chassis.problems import Forbidden, NotSignedIn
from tongxin_contracts.permissions import ROLES, Role, Scope, permits

SIGNATURE: Final = "EdDSA"
DIGEST: Final = "sha256"
TOKEN_LIFE: Final = timedelta(seconds=60)
LEEWAY: Final = timedelta(seconds=5)
_ISSUER: Final = "tongxin-portal"
_END_OF_KEY: Final = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, where, as what."""

    id: str
    """A person's id, or `system:<name>`."""
    committee: str
    """The committee they act in."""
    roles: tuple[Role, ...] = ()
    on_behalf_of: str | None = None
    """For system actors: who set it off."""

    @property
    def person(self) -> UUID:
        """The person's id; a system actor has none and may not ask."""
        if self.id.startswith("system:"):
            raise Forbidden("自动处理不能代替个人办理此事")
        return UUID(self.id)

    @classmethod
    def system(cls, name: str, committee: str, on_behalf_of: str | None = None) -> "Actor":
        """Somebody for reactions and deadlines, which have no token."""
        return cls(id=f"system:{name}", committee=committee, on_behalf_of=on_behalf_of)


def body_digest(body: bytes) -> str:
    """What the token says about the body."""
    return hashlib.new(DIGEST, body).hexdigest()


class TokenSigner:
    """The portal's side: one token for each request."""

    def __init__(self, private_key_pem: bytes) -> None:
        self._key: KeyFile[_Signing] | Fixed[_Signing] = Fixed(_signing(private_key_pem))

    @classmethod
    def from_file(cls, path: Path) -> "TokenSigner":
        """With the key of a file, as it stands at each use."""
        made = cls.__new__(cls)
        made._key = KeyFile(path, _signing)
        return made

    def sign(self, actor: Actor, *, service: str, request_id: UUID, body: bytes, now: datetime) -> str:
        """A token for this one request to this one service."""
        claims = {
            "iss": _ISSUER,
            "aud": service,
            "sub": actor.id,
            "com": actor.committee,
            "rol": [role.value for role in actor.roles],
            "jti": str(request_id),
            "dig": body_digest(body),
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIFE).timestamp()),
        }
        signing = self._key.now()
        return jwt.encode(claims, signing.key, algorithm=SIGNATURE, headers={"kid": signing.name})


@dataclass(frozen=True, slots=True)
class _Signing:
    """A private key and what tokens call it."""

    key: Any
    name: str


def _signing(private_key_pem: bytes) -> _Signing:
    key: Any = load_pem_private_key(private_key_pem, password=None)
    return _Signing(key, _name_of(key.public_key()))


def _name_of(public_key: Any) -> str:
    """What a token calls the key it was signed with: a digest of the public half."""
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.new(DIGEST, der).hexdigest()[:16]


def _trusted(public_keys_pem: bytes) -> dict[str, Any]:
    """Every public key of a file by its name; several while keys are being changed."""
    blocks = public_keys_pem.split(_END_OF_KEY)[:-1]
    keys = [load_pem_public_key(block + _END_OF_KEY + b"\n") for block in blocks]
    if not keys:
        raise ValueError("a file of public keys holds none")
    return {_name_of(key): key for key in keys}


class TokenVerifier:
    """A service's side; trusts every key of its file, so that tokens of the old and of the new one are good at once."""

    def __init__(self, public_keys_pem: bytes, *, service: str) -> None:
        self._keys: KeyFile[dict[str, Any]] | Fixed[dict[str, Any]] = Fixed(_trusted(public_keys_pem))
        self._service = service

    @classmethod
    def from_file(cls, path: Path, *, service: str) -> "TokenVerifier":
        """With the keys of a file, as they stand at each use."""
        made = cls.__new__(cls)
        made._keys, made._service = KeyFile(path, _trusted), service
        return made

    def verify(self, token: str | None, *, request_id: UUID, body: bytes) -> Actor:
        """The actor a token names; raises NotSignedIn when anything about it is wrong.

        The clock used is the machine's, for a token's life is about the machine and not about business time.
        """
        if not token:
            raise NotSignedIn
        try:
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=[SIGNATURE],
                audience=self._service,
                issuer=_ISSUER,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "jti"]},
            )
            if claims["jti"] != str(request_id) or claims["dig"] != body_digest(body):
                raise NotSignedIn
            return Actor(
                id=claims["sub"],
                committee=claims["com"],
                # A role of a newer portal gives nothing here; whoever holds it is no stranger for that.
                roles=tuple(ROLES[role] for role in claims["rol"] if role in ROLES),
            )
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise NotSignedIn from error

    def _key_of(self, token: str) -> Any:
        """The key a token names; KeyError for one that is not trusted. Tokens of before name none: then the first."""
        keys = self._keys.now()
        name = _key_named(token.partition(".")[0])
        return keys[name] if name is not None else next(iter(keys.values()))


@lru_cache(maxsize=16)
def _key_named(header: str) -> str | None:
    """What a token's first part calls its key; the same for all tokens of one key, so it is read once."""
    name: str | None = jwt.get_unverified_header(f"{header}.e30.").get("kid")
    return name


def authorise(actor: Actor, permission: str, committee: str) -> Scope:
    """The scope under which the actor may do this in that committee; raises Forbidden when they may not."""
    scope = permits(actor.roles, actor.committee, permission, committee)
    if scope is None:
        raise Forbidden("当前身份在这个单位没有这项权限")
    return scope
