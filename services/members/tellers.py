"""What members tells of sessions, memberships and units to whoever does not know them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.database import Transaction
from chassis.tellers import Teller, Told, tells_tasks
from services.members import tables
from tongxin_contracts.members.events import (
    MemberAdmitted,
    MemberChanged,
    SessionOpened,
    UnitPost,
    UnitRegistered,
    UnitStaffed,
)
from tongxin_contracts.message import Event
from tongxin_contracts.words import MemberRank, MemberStanding, Sector, UnitDuty


def _now(event: Event) -> Told:
    """These tables do not say since when; nobody keeps it either."""
    return Told(event=event, at=datetime.now(UTC))


async def _sessions(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
    rows = await tx.sql.execute(select(tables.session).where(tables.session.c.id.in_(ids)))
    return {
        row.id: [
            _now(
                SessionOpened(
                    session_id=row.id,
                    committee_name=row.committee_name,
                    term=row.term,
                    session=row.session,
                    opens_on=row.opens_on,
                    cutoff_on=row.cutoff_on,
                )
            )
        ]
        for row in rows
    }


async def _members(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
    rows = await tx.sql.execute(select(tables.member).where(tables.member.c.id.in_(ids)))
    return {
        row.id: [
            _now(
                MemberChanged(
                    member_id=row.id,
                    person_id=row.person_id,
                    sector=Sector(row.sector),
                    rank=MemberRank(row.rank),
                    standing=MemberStanding(row.standing),
                    special_committee=row.special_committee,
                    liaison_group=row.liaison_group,
                )
            )
        ]
        for row in rows
    }


async def _units(tx: Transaction, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Told]]:
    posts: dict[UUID, list[Any]] = defaultdict(list)
    for post in await tx.sql.execute(select(tables.unit_post).where(tables.unit_post.c.unit_id.in_(ids))):
        posts[post.unit_id].append(UnitPost(person_id=post.person_id, duty=UnitDuty(post.duty)))
    rows = await tx.sql.execute(select(tables.unit).where(tables.unit.c.id.in_(ids)))
    return {
        row.id: [
            _now(UnitRegistered(unit_id=row.id, name=row.name, short_name=row.short_name, active=row.active)),
            _now(UnitStaffed(unit_id=row.id, posts=tuple(posts[row.id]))),
        ]
        for row in rows
    }


TELLERS = (
    Teller(table="session", tells=(SessionOpened,), tell=_sessions),
    Teller(table="member", tells=(MemberAdmitted, MemberChanged), tell=_members),
    Teller(table="unit", tells=(UnitRegistered, UnitStaffed), tell=_units),
    tells_tasks("members"),
)
