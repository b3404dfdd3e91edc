"""Signing in: five wrong passwords lock an account for a quarter of an hour, and say so.

Always holds: an account that does not exist and a wrong password take the same time and get the same answer; attempts at
the same time are counted one after another, so that a lock cannot be run around; a failure is counted even though
the request fails, so it is committed before it is said.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select, update

from chassis.calendar import LOCAL
from chassis.database import Database, Transaction
from chassis.problems import NotSignedIn, Refusal
from services.portal import tables
from services.portal.accounts import passwords, records, sessions

V = TypeVar("V")

FAILURES_ALLOWED: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
ADDRESS_FAILURES: Final = 60
"""Wrong attempts from one address within the window below."""
_ADDRESS_WINDOW: Final = timedelta(minutes=5)
_KEPT: Final = 10_000


class WrongLogin(NotSignedIn):
    """Account or password is wrong; it does not say which."""

    kind, title = "wrong-login", "账号或密码不正确"


class Locked(Refusal):
    """Too many wrong passwords."""

    kind, status, title = "locked", 429, "密码错误次数过多，账号已暂时锁定"


class TooManyAttempts(Refusal):
    """One address tries too often."""

    kind, status, title = "too-many-attempts", 429, "登录尝试过于频繁，请几分钟后再试"


async def sign_in(
    database: Database, strangers: "Strangers", login: str, password: str, now: datetime
) -> str:
    """The new session's cookie; raises WrongLogin or Locked."""
    strangers.check(login, now)
    account_id, stored = await _find(database, login, now)
    right = await passwords.matches(stored, password)
    if account_id is None:
        raise strangers.failed(login, now)
    async with database.transaction() as tx:
        account = await _take(tx, account_id)
        refusal = _refuse_locked(account, now) or (None if right else await _count_failure(tx, account, now))
        if refusal is None:
            await _set(tx, account_id, failures=0, locked_until=None, last_sign_in=now)
            await records.note(tx, "sign_in", now=now, account_id=account_id)
            return await sessions.begin(tx, account_id, now)
    raise refusal


async def _find(database: Database, login: str, now: datetime) -> tuple[UUID | None, str | None]:
    """The account and its password's hash; raises Locked, before any work is spent on the password."""
    if not login.isprintable():
        return None, None
    async with database.transaction() as tx:
        account = (
            await tx.sql.execute(
                select(tables.account).where(
                    tables.account.c.login == login, tables.account.c.closed_at.is_(None)
                )
            )
        ).one_or_none()
    if account is None:
        return None, None
    locked = _refuse_locked(account, now)
    if locked:
        raise locked
    return account.id, account.password_hash


async def _take(tx: Transaction, account_id: UUID) -> Any:
    """The account as it is now, and nobody else's until this transaction ends."""
    return (
        await tx.sql.execute(
            select(tables.account).where(tables.account.c.id == account_id).with_for_update()
        )
    ).one()


async def _count_failure(tx: Transaction, account: Any, now: datetime) -> Refusal:
    """One more wrong password; the last one allowed locks the account."""
    failures = account.failures + 1
    await records.note(tx, "sign_in_failed", now=now, account_id=account.id)
    if failures < FAILURES_ALLOWED:
        await _set(tx, account.id, failures=failures)
        return _wrong()
    await _set(tx, account.id, failures=0, locked_until=now + LOCKED_FOR)
    await records.note(tx, "locked", now=now, account_id=account.id)
    return _locked(now + LOCKED_FOR)


async def _set(tx: Transaction, account_id: UUID, **values: Any) -> None:
    await tx.sql.execute(update(tables.account).where(tables.account.c.id == account_id).values(values))


def _refuse_locked(account: Any, now: datetime) -> Locked | None:
    is_locked = account.locked_until is not None and account.locked_until > now
    return _locked(account.locked_until) if is_locked else None


def _wrong() -> WrongLogin:
    minutes = int(LOCKED_FOR.total_seconds()) // 60
    return WrongLogin(f"请核对后重试；连续输错 {FAILURES_ALLOWED} 次将锁定 {minutes} 分钟")


def _locked(until: datetime) -> Locked:
    return Locked(f"请在 {until.astimezone(LOCAL):%H:%M} 之后再试，或联系本级政协系统管理员解锁")


class Strangers:
    """Logins that do not exist, locked like those that do, so that a lock does not tell which exist.

    In memory, bounded, one for each process: there is no row to count in.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, int] = OrderedDict()
        self._locked: OrderedDict[str, datetime] = OrderedDict()

    def check(self, login: str, now: datetime) -> None:
        """Raise Locked for a login that is."""
        until = self._locked.get(login)
        if until is not None and until > now:
            raise _locked(until)

    def failed(self, login: str, now: datetime) -> Refusal:
        """Count one more wrong password; what to say of it."""
        failures = self._failures.pop(login, 0) + 1
        if failures < FAILURES_ALLOWED:
            _keep(self._failures, login, failures)
            return _wrong()
        _keep(self._locked, login, now + LOCKED_FOR)
        return _locked(now + LOCKED_FOR)


class AddressLimit:
    """How many wrong attempts one address has; in memory, bounded, one for each process.

    An office behind one address signs in all at once on a meeting's morning, so what succeeds is not counted.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()

    def check(self, address: str, now: datetime) -> None:
        """Raise TooManyAttempts for an address that has been wrong too often."""
        if len(self._recent(address, now)) >= ADDRESS_FAILURES:
            raise TooManyAttempts

    def failed(self, address: str, now: datetime) -> None:
        """Count one more."""
        _keep(self._failures, address, [*self._recent(address, now), now][-ADDRESS_FAILURES:])

    def _recent(self, address: str, now: datetime) -> list[datetime]:
        return [at for at in self._failures.get(address, ()) if at > now - _ADDRESS_WINDOW]


def _keep(kept: OrderedDict[str, V], key: str, value: V) -> None:
    """Remember it as the newest; the oldest are forgotten when there are too many."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _KEPT:
        kept.popitem(last=False)
