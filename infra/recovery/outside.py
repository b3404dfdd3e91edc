"""What left the house and holds no more: mails and messages to agencies that told of events a restore took back.

Nobody can call them back, so people are told by people. Read from notify at any time: a notice's id is made from its
event and its person, and a mail's from its notice's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.ids import derived_id
from infra.local.stack import Stack
from infra.postgres.urls import with_database
from tongxin_contracts.subjects import OWNERS

_UNDONE: Final = "select aggregate, undone, found_at from restored where settled_at is null"
_MAILS: Final = """
select id, committee, person, sent_at as at from mail where sent_at is not null and kind = 'notice' order by sent_at
"""
_DELIVERIES: Final = """
select d.event_id, d.committee, s.agency_name as agency, d.event, coalesce(d.delivered_at, d.at) as at
from delivery d join subscription s on s.id = d.subscription_id
where d.event_id = any($1) and d.state not in ('waiting', 'stopped') order by d.at
"""


@dataclass(frozen=True, slots=True)
class Outside:
    """One thing somebody was told that is not so any more."""

    service: str
    aggregate: UUID
    committee: str
    road: str
    """`mail` or `agency`."""
    whom: str
    """A person's id, or the agency's name and what it was told."""
    at: datetime


async def told_outside(stack: Stack) -> list[Outside]:
    """Of all aggregates that nobody has settled yet, in the order of time."""
    undone: dict[UUID, tuple[str, UUID]] = {}
    for owner in OWNERS:
        for row in await _fetch(stack, owner, _UNDONE):
            undone |= {UUID(event): (owner, row["aggregate"]) for event in row["undone"]}
    if not undone:
        return []
    found = [
        Outside(
            *undone[row["event_id"]], row["committee"], "agency", f"{row['agency']} {row['event']}", row["at"]
        )
        for row in await _fetch(stack, "notify", _DELIVERIES, list(undone))
    ]
    mails = await _fetch(stack, "notify", _MAILS)
    by_person: dict[UUID, dict[UUID, UUID]] = {}
    for mail in mails:
        if mail["person"] not in by_person:
            by_person[mail["person"]] = {
                derived_id("mail", derived_id("notice", event, mail["person"])): event for event in undone
            }
        event = by_person[mail["person"]].get(mail["id"])
        if event is not None:
            found.append(Outside(*undone[event], mail["committee"], "mail", str(mail["person"]), mail["at"]))
    return sorted(found, key=lambda one: one.at)


async def _fetch(stack: Stack, service: str, statement: str, *values: Any) -> list[Any]:
    connection: Any = await asyncpg.connect(with_database(stack.admin_url, service))
    try:
        rows: list[Any] = await connection.fetch(statement, *values)
    finally:
        await connection.close()
    return rows
