"""Accounts and memberships as rows: made by staff's command line or demo, by contact data, changed by administrators."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.database import Transaction
from chassis.ids import new_id
from services.portal import tables
from services.portal.accounts import passwords
from tongxin_contracts.permissions import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made, acting in one committee."""

    login: str
    name: str
    person_id: UUID
    committee: str
    roles: Sequence[Role]
    password: str | None = None
    """Without one nobody can sign in with it yet."""
    must_change: bool = False
    id: UUID = field(default_factory=new_id)


async def hashes_of(accounts: Sequence[NewAccount]) -> dict[str, str]:
    """Password -> hash, made side by side; before a transaction where there are many, for it may not idle so long."""
    given = [account.password for account in accounts if account.password]
    return dict(zip(given, await asyncio.gather(*(map(passwords.hashed, given))), strict=True))


async def add_accounts(
    tx: Transaction, accounts: Sequence[NewAccount], *, now: datetime, hashed: Mapping[str, str] | None = None
) -> None:
    """Make accounts: three statements however many; `hashed` is what `hashes_of` said, None to hash here."""
    if not accounts:
        return
    hashed = await hashes_of(accounts) if hashed is None else hashed
    await tx.sql.execute(
        insert(tables.account),
        [
            {
                "id": account.id,
                "login": account.login,
                "person_id": account.person_id,
                "name": account.name,
                "password_hash": hashed.get(account.password or ""),
                "must_change": account.must_change,
                "failures": 0,
                "made_at": now,
            }
            for account in accounts
        ],
    )
    await tx.sql.execute(
        insert(tables.membership),
        [
            {
                "account_id": account.id,
                "committee": account.committee,
                "person_id": account.person_id,
                "roles": [role.value for role in account.roles],
                "confirmed": True,
            }
            for account in accounts
        ],
    )
    await name_people(tx, {account.person_id: account.name for account in accounts})


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
    account = NewAccount(
        login=login, name=name, person_id=person_id, committee=committee, roles=roles, password=password,
        must_change=must_change,
    )  # fmt: skip
    await add_accounts(tx, [account], now=now)
    return account.id


async def name_person(tx: Transaction, person_id: UUID, name: str) -> None:
    """Keep what to call a person."""
    await name_people(tx, {person_id: name})


async def name_people(tx: Transaction, names: Mapping[UUID, str]) -> None:
    """Keep what to call these people; one statement."""
    statement = upsert(tables.person)
    await tx.sql.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"name": statement.excluded.name}),
        [{"id": person_id, "name": names[person_id]} for person_id in sorted(names)],
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
