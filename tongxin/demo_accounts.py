"""Accounts of the demo city: staff of each committee and a few members, with passwords made for this data folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from services.portal import tables
from services.portal.accounts import passwords, records
from tongxin.demo_data.places import BESIDE, CITY, COUNTY
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role

if TYPE_CHECKING:
    from infra.local.stack import Stack

_PLACES: Final = {
    place.code: (prefix, place.place)
    for place, prefix in ((CITY, "city"), (COUNTY, "county"), (BESIDE, "beside"))
}
_LOGINS: Final = {
    Role.PROPOSALS_OFFICE: ("ti", "提案委"),
    Role.MEMBERS_OFFICE: ("wei", "委员联络室"),
    Role.COMMITTEE_OFFICE: ("zhuan", "专委会办公室"),
    Role.ADMIN: ("admin", "系统管理员"),
    Role.SECURITY_OFFICER: ("an", "安全员"),
    Role.AUDITOR: ("shen", "审计员"),
}
_STAFF_NAMES: Final = [
    "程远",
    "汪静",
    "鲍宁",
    "江澜",
    "叶青",
    "洪恺",
    "章岚",
    "余川",
    "俞真",
    "佘朗",
    "查薇",
    "吴楷",
    "胡砚",
    "许沐",
    "郑禾",
    "潘昱",
    "齐霖",
    "施然",
]
_SHOWN: Final = (Role.PROPOSALS_OFFICE, Role.MEMBERS_OFFICE, Role.COMMITTEE_OFFICE, Role.ADMIN)
MEMBERS_WITH_PASSWORD: Final = 2


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody one can sign in as."""

    who: str
    """Name and role, in Chinese."""
    account: str
    password: str


async def make_accounts(
    stack: "Stack",
    offices: Sequence[tuple[str, Mapping[Role, UUID]]],
    members: Mapping[str, Sequence[MemberRow]],
) -> list[Login]:
    """Staff accounts, and passwords for the first members of each roster; returns the ones worth showing."""
    database = Database(stack.database_url("portal", "app"), pool_size=1)
    names, now = iter(_STAFF_NAMES), SystemClock().now()
    logins: list[Login] = []
    try:
        async with database.transaction() as tx:
            for committee, ids in offices:
                for role, person in ids.items():
                    login = await _staff(tx, committee, role, person, next(names), now)
                    if role in _SHOWN and committee != BESIDE.code:
                        logins.append(login)
            for committee, rows in members.items():
                for row in rows[:MEMBERS_WITH_PASSWORD]:
                    found = await _member(tx, committee, row)
                    logins += [found] if found else []
    finally:
        await database.close()
    return logins


async def _staff(
    tx: Transaction, committee: str, role: Role, person: UUID, name: str, now: datetime
) -> Login:
    prefix, place = _PLACES[committee]
    suffix, title = _LOGINS[role]
    account, password = f"{prefix}-{suffix}", passwords.one_time()
    await records.add_account(
        tx,
        login=account,
        name=name,
        person_id=person,
        committee=committee,
        roles=[role],
        password=password,
        must_change=False,
        now=now,
    )
    return Login(f"{place}{title} {name}", account, password)


async def _member(tx: Transaction, committee: str, row: MemberRow) -> Login | None:
    """A password for a member whose account came by itself, from their contact data."""
    account = (
        await tx.sql.execute(select(tables.account).where(tables.account.c.person_id == row.person_id))
    ).one_or_none()
    if account is None:
        return None
    password = passwords.one_time()
    await records.set_password(tx, account.id, password, must_change=False)
    return Login(f"{_PLACES[committee][1]}委员 {row.name}", account.login, password)
