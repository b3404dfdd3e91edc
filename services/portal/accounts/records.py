"""Accounts and memberships as rows: made by staff's command line or demo, by contact data, changed by administrators."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.database import Transaction
from chassis.ids import new_id
from services.portal import tables
from services.portal.accounts import passwords
from tongxin_contracts.permissions import Role


async def add_account(
    tx: Transaction,
    *,
    login: str,
    name: str,
    person_id: UUID,
    committee: str,
    roles: Sequence[Role],
    password: str | None,
    must_change: bool,
    now: datetime,
) -> UUID:
    """Make an account that acts in one committee; without a password nobody can sign in with it yet."""
    account_id = new_id()
    await tx.sql.execute(
        insert(tables.account).values(
            id=account_id,
            login=login,
            person_id=person_id,
            name=name,
            password_hash=await passwords.hashed(password) if password else None,
            must_change=must_change,
            failures=0,
            made_at=now,
        )
    )
    await tx.sql.execute(
        insert(tables.membership).values(
            account_id=account_id,
            committee=committee,
            person_id=person_id,
            roles=[role.value for role in roles],
            confirmed=True,
        )
    )
    await name_person(tx, person_id, name)
    return account_id


async def name_person(tx: Transaction, person_id: UUID, name: str) -> None:
    """Keep what to call a person."""
    statement = upsert(tables.person).values(id=person_id, name=name)
    await tx.sql.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"name": statement.excluded.name})
    )


async def password_hash(tx: Transaction, account_id: UUID) -> str | None:
    """The stored hash of an account, None when it has no password."""
    found: str | None = await tx.sql.scalar(
        select(tables.account.c.password_hash).where(tables.account.c.id == account_id)
    )
    return found


async def set_password(tx: Transaction, account_id: UUID, password: str, *, must_change: bool) -> None:
    """Give an account another password and unlock it."""
    await tx.sql.execute(
        update(tables.account)
        .where(tables.account.c.id == account_id)
        .values(
            password_hash=await passwords.hashed(password),
            must_change=must_change,
            failures=0,
            locked_until=None,
        )
    )


async def note(
    tx: Transaction,
    what: str,
    *,
    now: datetime,
    account_id: UUID | None = None,
    by: UUID | None = None,
    detail: str | None = None,
) -> None:
    """Add a line to the audit."""
    await tx.sql.execute(
        insert(tables.audit).values(at=now, account_id=account_id, by_account=by, what=what, detail=detail)
    )
