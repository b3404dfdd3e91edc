"""Who asks: short-lived signed tokens beside every request, and system actors for what happens by itself.

A token is good for 60 seconds, for one service, for one request (its id and the digest of its body are inside), and
names a person, the committee they act in and their roles there. Services hold the portal's public key and trust
nothing else (decision 13). Algorithms are named here and nowhere else (decision 30).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from chassis.problems import Forbidden, NotSignedIn
from tongxin_contracts.permissions import ROLES, Role, Scope, permits

SIGNATURE: Final = "EdDSA"
DIGEST: Final = "sha256"
TOKEN_LIFE: Final = timedelta(seconds=60)
LEEWAY: Final = timedelta(seconds=5)
_ISSUER: Final = "tongxin-portal"


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
        self._key: Any = load_pem_private_key(private_key_pem, password=None)

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
        return jwt.encode(claims, self._key, algorithm=SIGNATURE)


class TokenVerifier:
    """A service's side."""

    def __init__(self, public_key_pem: bytes, *, service: str) -> None:
        self._key: Any = load_pem_public_key(public_key_pem)
        self._service = service

    def verify(self, token: str | None, *, request_id: UUID, body: bytes) -> Actor:
        """The actor a token names; raises NotSignedIn when anything about it is wrong.

        The clock used is the machine's, for a token's life is about the machine and not about business time.
        """
        if not token:
            raise NotSignedIn
        try:
            claims = jwt.decode(
                token,
                self._key,
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


def authorise(actor: Actor, permission: str, committee: str) -> Scope:
    """The scope under which the actor may do this in that committee; raises Forbidden when they may not."""
    scope = permits(actor.roles, actor.committee, permission, committee)
    if scope is None:
        raise Forbidden("当前身份在这个单位没有这项权限")
    return scope
