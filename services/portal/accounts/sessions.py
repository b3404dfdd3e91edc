"""Signed-in browsers: an opaque random cookie, stored as its digest; idle for two hours or twelve hours old, it ends."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, update

from chassis.database import Database, Transaction
from chassis.identity import Actor
from services.portal import tables
from tongxin_contracts.permissions import GRANTS, ROLES, Role

IDLE: Final = timedelta(hours=2)
LONGEST: Final = timedelta(hours=12)
_SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One committee somebody acts in."""

    committee: str
    name: str
    person_id: UUID
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser and who sits before it."""

    digest: bytes
    csrf: str
    account_id: UUID
    login: str
    name: str
    must_change: bool
    posts: tuple[Post, ...]
    acting: Post | None
    """None for an account that may act nowhere (yet)."""
    flash: str | None

    def actor(self) -> Actor | None:
        """Who asks the services."""
        if self.acting is None:
            return None
        return Actor(id=str(self.acting.person_id), committee=self.acting.committee, roles=self.acting.roles)

    def permissions(self) -> frozenset[str]:
        """What the acting roles open, the portal's own pages included."""
        if self.acting is None:
            return frozenset()
        held = {permission for role in self.acting.roles for permission in GRANTS[role]}
        if Role.ADMIN in self.acting.roles:
            held |= {"portal.accounts", "portal.live"}
        return frozenset(held)


def digest_of(cookie: str) -> bytes:
    """What is stored of a cookie."""
    return hashlib.sha256(cookie.encode()).digest()


async def begin(tx: Transaction, account_id: UUID, now: datetime) -> str:
    """A new session; returns the cookie's value, which is nowhere else."""
    cookie = secrets.token_urlsafe(32)
    await tx.sql.execute(
        insert(tables.session).values(
            digest=digest_of(cookie),
            account_id=account_id,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            last_seen=now,
            expires_at=now + LONGEST,
        )
    )
    await tx.sql.execute(delete(tables.session).where(tables.session.c.expires_at < now))
    return cookie


_FIND: Final = """
select s.digest, s.csrf, s.account_id, s.committee, s.last_seen, s.expires_at, s.flash,
       a.login, a.name as person_name, a.must_change,
       m.committee as post, m.person_id, m.roles, f.person_id is not null as former,
       coalesce(c.name, m.committee) as post_name
from session s
join account a on a.id = s.account_id and a.closed_at is null
left join membership m on m.account_id = a.id and m.confirmed
left join former_member f on f.person_id = m.person_id and f.committee = m.committee
left join committee c on c.code = m.committee
where s.digest = $1
order by m.committee
"""
"""In plain SQL and by itself: it comes before everything that anybody does."""


async def find(database: Database, cookie: str, now: datetime) -> Session | None:
    """The session of a cookie, None when there is none or it has ended; one statement, but for once a minute."""
    rows = await database.fetch(_FIND, digest_of(cookie))
    if not rows or rows[0]["expires_at"] < now or rows[0]["last_seen"] < now - IDLE:
        return None
    first = rows[0]
    if first["last_seen"] < now - _SEEN_EVERY:
        async with database.transaction() as tx:
            seen = update(tables.session).where(tables.session.c.digest == first["digest"])
            await tx.sql.execute(seen.values(last_seen=now))
    posts = tuple(
        Post(committee=row["post"], name=row["post_name"], person_id=row["person_id"], roles=roles)
        for row in rows
        if row["post"] is not None and (roles := _roles(row))
    )
    return Session(
        digest=first["digest"],
        csrf=first["csrf"],
        account_id=first["account_id"],
        login=first["login"],
        name=first["person_name"],
        must_change=first["must_change"],
        posts=posts,
        acting=next(
            (post for post in posts if post.committee == first["committee"]), posts[0] if posts else None
        ),
        flash=first["flash"],
    )


def _roles(row: Any) -> tuple[Role, ...]:
    roles = (ROLES[role] for role in row["roles"] if role in ROLES)
    return tuple(role for role in roles if not (row["former"] and role is Role.MEMBER))


async def act_in(tx: Transaction, session: Session, committee: str) -> None:
    """Change the acting committee to another one of the account's."""
    if committee in [post.committee for post in session.posts]:
        await _set(tx, session, committee=committee)


async def set_flash(tx: Transaction, session: Session, text: str | None) -> None:
    """Keep one sentence for the next page, or take it away."""
    await _set(tx, session, flash=text)


async def _set(tx: Transaction, session: Session, **values: str | None) -> None:
    await tx.sql.execute(
        update(tables.session).where(tables.session.c.digest == session.digest).values(values)
    )


async def end(tx: Transaction, digest: bytes) -> None:
    """Sign one browser out."""
    await tx.sql.execute(delete(tables.session).where(tables.session.c.digest == digest))


async def end_all(tx: Transaction, account_id: UUID, *, but: bytes | None = None) -> None:
    """Sign an account out everywhere, except perhaps here."""
    statement = delete(tables.session).where(tables.session.c.account_id == account_id)
    await tx.sql.execute(statement if but is None else statement.where(tables.session.c.digest != but))
