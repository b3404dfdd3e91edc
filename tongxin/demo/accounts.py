"""Accounts of the demo city: everybody who acts has one; those worth showing get a password made for this data folder."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.identity import Actor
from services.portal import tables
from services.portal.accounts import passwords, records
from tongxin.demo.cast import Office, Player
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, LAKE
from tongxin.login import Login
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role

if TYPE_CHECKING:
    from infra.local.stack import Stack

_PREFIX: Final = {CITY.code: "city", COUNTY.code: "county", BESIDE.code: "beside", LAKE.code: "lake"}
_LOGINS: Final = {
    Role.PROPOSALS_OFFICE: "ti",
    Role.MEMBERS_OFFICE: "wei",
    Role.COMMITTEE_OFFICE: "zhuan",
    Role.ADMIN: "admin",
    Role.SECURITY_OFFICER: "an",
    Role.AUDITOR: "shen",
    Role.REVIEW_GROUP: "zu",
    Role.PROPOSALS_COMMITTEE: "weiyuan",
    Role.INSPECTION_OFFICE: "du",
    Role.CHAIRS_MEETING: "zhuxi",
    Role.STANDING_COMMITTEE: "changwei",
    Role.UNIT_LIAISON: "lian",
    Role.UNIT_HANDLER: "ban",
    Role.UNIT_CHECKER: "he",
    Role.UNIT_SIGNER: "qian",
}
_SHOWN: Final = {
    CITY.code: (Role.PROPOSALS_OFFICE, Role.MEMBERS_OFFICE, Role.COMMITTEE_OFFICE, Role.ADMIN),
    COUNTY.code: tuple(_LOGINS),
    BESIDE.code: (Role.MEMBERS_OFFICE,),
    LAKE.code: (Role.PROPOSALS_OFFICE, Role.REVIEW_GROUP, Role.CHAIRS_MEETING),
}
"""Whose password is made and shown; the others are in the accounts list, where an administrator can give them one."""
SHOWN_UNIT: Final = "住建局"
MEMBERS_WITH_PASSWORD: Final = {CITY.code: 2, COUNTY.code: 3, BESIDE.code: 1, LAKE.code: 1}


async def make_accounts(
    stack: "Stack", offices: Sequence[Office], members: Mapping[str, Sequence[MemberRow]]
) -> list[Login]:
    """Accounts of staff and units, and passwords for the first members of each roster; returns those worth showing."""
    database = Database(stack.database_url("portal", "app"), pool_size=1)
    now = SystemClock().now()
    logins: list[Login] = []
    try:
        async with database.transaction() as tx:
            known = set((await tx.sql.execute(select(tables.account.c.login))).scalars())
        new: list[records.NewAccount] = []
        shown_before: list[tuple[Office, Player]] = []
        """Made by an earlier attempt, which told nobody their passwords."""
        for office in offices:
            numbers = {short: number for number, short in enumerate(office.units, 1)}
            for player in office.players():
                login = _login_of(player, numbers)
                if login not in known:
                    new.append(_account(office, player, login))
                    logins += _shown(office, player, new[-1])
                elif _is_shown(office, player):
                    shown_before.append((office, player))
        # Between two transactions: on a slow machine these take longer than one may be idle.
        hashed = await records.hashes_of(new)
        async with database.transaction() as tx:
            await records.add_accounts(tx, new, now=now, hashed=hashed)
            shown = [
                (office, row)
                for office in offices
                for row in members[office.committee][: MEMBERS_WITH_PASSWORD[office.committee]]
            ]
            for office, row in shown:
                logins += await _with_password(tx, row.person_id, f"{office.place.place}委员 {row.name}")
            for office, player in shown_before:
                logins += await _with_password(tx, player.id, _who(office, player))
    finally:
        await database.close()
    return logins


def _login_of(player: Player, numbers: Mapping[str, int]) -> str:
    """`county-ti`, and for units `county-12-lian`."""
    unit = f"{numbers[player.unit]:02d}-" if player.unit else ""
    return f"{_PREFIX[player.committee]}-{unit}{_LOGINS[player.role]}"


def shown_people(offices: Sequence[Office], members: Mapping[str, Sequence[MemberRow]]) -> dict[str, Actor]:
    """Those who get a password, by a short name of their own."""
    people: dict[str, Actor] = {}
    for office in offices:
        code = office.committee
        numbers = {short: number for number, short in enumerate(office.units, 1)}
        for player in office.players():
            if _is_shown(office, player):
                people[_login_of(player, numbers)] = player.acting
        for number, row in enumerate(members[code][: MEMBERS_WITH_PASSWORD[code]], 1):
            member = Actor(id=str(row.person_id), committee=code, roles=(Role.MEMBER,))
            people[f"{_PREFIX[code]}-member-{number}"] = member
    return people


def _is_shown(office: Office, player: Player) -> bool:
    return player.role in _SHOWN[office.committee] and player.unit in (None, SHOWN_UNIT)


def _account(office: Office, player: Player, login: str) -> records.NewAccount:
    shown = _is_shown(office, player)
    return records.NewAccount(
        login=login,
        name=player.name,
        person_id=player.id,
        committee=player.committee,
        roles=[player.role],
        password=passwords.one_time() if shown else None,
    )


def _shown(office: Office, player: Player, account: records.NewAccount) -> list[Login]:
    if account.password is None:
        return []
    return [Login(_who(office, player), account.login, account.password)]


def _who(office: Office, player: Player) -> str:
    what = f"{player.unit}{player.role.label.removeprefix('承办单位')}" if player.unit else player.role.label
    return f"{office.place.place}{what} {player.name}"


async def _with_password(tx: Transaction, person_id: UUID, who: str) -> list[Login]:
    """A password for an account that is there: a member's came by itself, from their contact data."""
    account = (
        await tx.sql.execute(select(tables.account).where(tables.account.c.person_id == person_id))
    ).one_or_none()
    if account is None:
        return []
    password = passwords.one_time()
    await records.set_password(tx, account.id, password, must_change=False)
    return [Login(who, account.login, password)]
