"""Signing in: five wrong passwords lock an account for a quarter of an hour, and say so.

Always holds: a wrong account and a wrong password look and take the same; a failure is counted even though the request
fails, so it is committed before it is said.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, select, update

from chassis.calendar import LOCAL
from chassis.database import Database
from chassis.problems import NotSignedIn, Refusal
from services.portal import tables
from services.portal.accounts import passwords, records, sessions

FAILURES_ALLOWED: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
_ADDRESS_ATTEMPTS: Final = 30
_ADDRESS_WINDOW: Final = timedelta(minutes=5)
_ADDRESSES_KEPT: Final = 10_000


class WrongLogin(NotSignedIn):
    """Account or password is wrong; it does not say which."""

    kind, title = "wrong-login", "账号或密码不正确"


class Locked(Refusal):
    """Too many wrong passwords."""

    kind, status, title = "locked", 429, "密码错误次数过多，账号已暂时锁定"


class TooManyAttempts(Refusal):
    """One address tries too often."""

    kind, status, title = "too-many-attempts", 429, "登录尝试过于频繁，请几分钟后再试"


async def sign_in(database: Database, login: str, password: str, now: datetime) -> str:
    """The new session's cookie; raises WrongLogin or Locked."""
    async with database.transaction() as tx:
        account = (
            await tx.sql.execute(
                select(tables.account).where(
                    tables.account.c.login == login.strip(), tables.account.c.closed_at.is_(None)
                )
            )
        ).one_or_none()
    if account is not None and account.locked_until is not None and account.locked_until > now:
        raise _locked(account.locked_until)
    right = await passwords.matches(account.password_hash if account else None, password)
    async with database.transaction() as tx:
        if account is not None and right:
            await tx.sql.execute(
                update(tables.account)
                .where(tables.account.c.id == account.id)
                .values(failures=0, locked_until=None, last_sign_in=now)
            )
            await records.note(tx, "sign_in", now=now, account_id=account.id)
            return await sessions.begin(tx, account.id, now)
        if account is not None:
            failures = tables.account.c.failures + 1
            locked = await tx.sql.scalar(
                update(tables.account)
                .where(tables.account.c.id == account.id)
                .values(
                    failures=case((failures >= FAILURES_ALLOWED, 0), else_=failures),
                    locked_until=case((failures >= FAILURES_ALLOWED, now + LOCKED_FOR), else_=None),
                )
                .returning(tables.account.c.locked_until)
            )
            await records.note(tx, "sign_in_failed", now=now, account_id=account.id)
    if account is not None and locked is not None:
        raise _locked(locked)
    raise WrongLogin(f"请核对后重试；连续输错 {FAILURES_ALLOWED} 次将锁定 {LOCKED_FOR.seconds // 60} 分钟")


def _locked(until: datetime) -> Locked:
    return Locked(f"请在 {until.astimezone(LOCAL):%H:%M} 之后再试，或联系本级政协系统管理员解锁")


class AddressLimit:
    """How often one address may try to sign in; in memory, bounded, one for each process."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, list[datetime]] = OrderedDict()

    def check(self, address: str, now: datetime) -> None:
        """Count an attempt; raises TooManyAttempts."""
        recent = [at for at in self._tries.pop(address, []) if at > now - _ADDRESS_WINDOW]
        self._tries[address] = [*recent, now][-_ADDRESS_ATTEMPTS - 1 :]
        if len(self._tries) > _ADDRESSES_KEPT:
            self._tries.popitem(last=False)
        if len(recent) >= _ADDRESS_ATTEMPTS:
            raise TooManyAttempts
