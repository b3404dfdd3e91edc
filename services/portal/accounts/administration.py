"""What an administrator sees of the accounts of their committee, and does to them.

Always holds: a password is given, and a lock lifted, only at the account's home. A second membership never lets one
committee's administrator sign in as somebody of another committee.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, select, update

from chassis.cursor import read_cursor, write_cursor
from chassis.database import Database, Transaction
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound
from services.portal import tables
from services.portal.accounts import passwords, records, sessions
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import UnitDuty

PAGE = 50
UNIT_ROLES: Final = {
    UnitDuty.LIAISON: Role.UNIT_LIAISON,
    UnitDuty.HANDLER: Role.UNIT_HANDLER,
    UnitDuty.CHECKER: Role.UNIT_CHECKER,
    UnitDuty.SIGNER: Role.UNIT_SIGNER,
}
"""The role that somebody needs for a duty in a handling unit."""
_ANY_UNIT_ROLE: Final = cast([role.value for role in UNIT_ROLES.values()], ARRAY(Text))
_KEPT_APART: Final = frozenset((Role.ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR))
"""Three officers, three people."""
_LOGIN: Final = re.compile(r"[a-z][a-z0-9.\-]{2,39}")


async def page(
    database: Database, committee: str, *, search: str, after: str | None
) -> tuple[Sequence[Any], str | None]:
    """Accounts that act in the committee, by name, and the cursor of the next page."""
    account, membership, former = tables.account, tables.membership, tables.former_member
    statement = (
        select(
            account,
            membership.c.roles,
            membership.c.confirmed,
            (membership.c.person_id == account.c.person_id).label("at_home"),
            former.c.person_id.is_not(None).label("former"),
        )
        .join(membership, membership.c.account_id == account.c.id)
        .join(
            former,
            (former.c.person_id == membership.c.person_id) & (former.c.committee == membership.c.committee),
            isouter=True,
        )
        .where(membership.c.committee == committee)
        .order_by(account.c.name, account.c.id)
        .limit(PAGE + 1)
    )
    search = search.replace("\0", "")
    if search:
        statement = statement.where(
            account.c.name.contains(search, autoescape=True)
            | account.c.login.contains(search, autoescape=True)
        )
    if after:
        name, id_ = read_cursor(after, str, UUID)
        statement = statement.where(
            (account.c.name > name) | ((account.c.name == name) & (account.c.id > id_))
        )
    async with database.transaction() as tx:
        rows = (await tx.sql.execute(statement)).all()
    shown = rows[:PAGE]
    following = write_cursor(shown[-1].name, shown[-1].id) if len(rows) > PAGE else None
    return shown, following


async def unit_people(database: Database, committee: str) -> Sequence[Any]:
    """Open accounts of the committee that hold a role in handling units: person_id, name, roles; by name."""
    account, membership = tables.account, tables.membership
    statement = (
        select(membership.c.person_id, account.c.name, membership.c.roles)
        .join(account, account.c.id == membership.c.account_id)
        .where(
            membership.c.committee == committee,
            membership.c.roles.bool_op("&&")(_ANY_UNIT_ROLE),
            membership.c.confirmed,
            account.c.closed_at.is_(None),
        )
        .order_by(account.c.name, membership.c.person_id)
    )
    async with database.transaction() as tx:
        return (await tx.sql.execute(statement)).all()


async def add(
    database: Database,
    *,
    committee: str,
    login: str,
    name: str,
    roles: Sequence[Role],
    by: UUID,
    now: datetime,
) -> str:
    """Make an account of staff with a one-time password and return it; members' accounts come with the roster."""
    errors = _account_problems(login, name, roles)
    if errors:
        raise Invalid(errors=errors)
    password = passwords.one_time()
    async with database.transaction() as tx:
        taken = await tx.sql.scalar(select(tables.account.c.id).where(tables.account.c.login == login))
        if taken is not None:
            message = "这个登录名已经有人使用，请换一个。"
            raise Invalid(errors=[FieldProblem(field="login", message=message)])
        account_id = await records.add_account(
            tx,
            login=login,
            name=name,
            person_id=new_id(),
            committee=committee,
            roles=roles,
            password=password,
            must_change=True,
            now=now,
        )
        detail = "、".join(role.value for role in roles)
        await records.note(tx, "account_added", now=now, account_id=account_id, by=by, detail=detail)
    return password


def _account_problems(login: str, name: str, roles: Sequence[Role]) -> list[FieldProblem]:
    errors = []
    if not _LOGIN.fullmatch(login):
        message = "用 3 到 40 个小写字母、数字、点或连字符，以字母开头。"
        errors.append(FieldProblem(field="login", message=message))
    if not 1 <= len(name) <= 50 or "\0" in name:
        errors.append(FieldProblem(field="name", message="请填写姓名，不超过 50 字。"))
    if not roles or Role.MEMBER in roles:
        message = "请至少选择一项职务；委员的账号由名册生成，不在这里开设。"
        errors.append(FieldProblem(field="roles", message=message))
    if len(set(roles) & _KEPT_APART) > 1:
        message = "系统管理员、安全员、审计员应由不同的人担任，请分别开设账号。"
        errors.append(FieldProblem(field="roles", message=message))
    return errors


async def reset_password(
    database: Database, account_id: UUID, *, committee: str, by: UUID, now: datetime
) -> tuple[Any, str]:
    """Give an account of the committee a one-time password; ends its sessions. Returns the account and it."""
    password = passwords.one_time()
    async with database.transaction() as tx:
        account = await _at_home(tx, account_id, committee)
        await records.set_password(tx, account_id, password, must_change=True)
        await sessions.end_all(tx, account_id)
        await records.note(tx, "password_reset", now=now, account_id=account_id, by=by)
    return account, password


async def unlock(database: Database, account_id: UUID, *, committee: str, by: UUID, now: datetime) -> Any:
    """Lift a lock."""
    async with database.transaction() as tx:
        account = await _at_home(tx, account_id, committee)
        await tx.sql.execute(
            update(tables.account)
            .where(tables.account.c.id == account_id)
            .values(failures=0, locked_until=None)
        )
        await records.note(tx, "unlocked", now=now, account_id=account_id, by=by)
    return account


async def confirm(database: Database, account_id: UUID, *, committee: str, by: UUID, now: datetime) -> Any:
    """Say that a second membership really is the same person's (decision 16)."""
    async with database.transaction() as tx:
        account = await _of_committee(tx, account_id, committee)
        await tx.sql.execute(
            update(tables.membership)
            .where(tables.membership.c.account_id == account_id, tables.membership.c.committee == committee)
            .values(confirmed=True)
        )
        await records.note(
            tx, "membership_confirmed", now=now, account_id=account_id, by=by, detail=committee
        )
    return account


async def _at_home(tx: Transaction, account_id: UUID, committee: str) -> Any:
    found = await _of_committee(tx, account_id, committee)
    if found.member_as != found.person_id:
        raise Forbidden("该账号属于另一单位，请由其所属单位的系统管理员办理")
    return found


async def _of_committee(tx: Transaction, account_id: UUID, committee: str) -> Any:
    found = (
        await tx.sql.execute(
            select(tables.account, tables.membership.c.person_id.label("member_as"))
            .join(tables.membership, tables.membership.c.account_id == tables.account.c.id)
            .where(tables.account.c.id == account_id, tables.membership.c.committee == committee)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("没有这个账号，或它不属于当前单位")
    return found
