"""What a proposal's event means for its authors: one duty fact for each of them who is a member.

Always holds: a fact's id is made from what happened, the proposal and the person, so an event that comes again adds
nothing; two statements for however many events.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import case
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.members import tables
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.words import Attendance, Authorship, DutyKind, ProposalKind

log = structlog.get_logger()

E = TypeVar("E", ProposalFiled, ProposalSubmitted)

RESTORED: Final = "数据恢复：此事实所依据的记录已不存在"
"""Why a fact is struck out whose owner's database went back in time (`keepers`); only for this reason it comes back by itself."""

_MEMBERS = """
select m.id, m.committee, m.person_id
from member m join unnest($1::text[], $2::uuid[]) as author (committee, person_id)
    on author.committee = m.committee and author.person_id = m.person_id
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """One author's part in one proposal."""

    committee: str
    person: UUID
    position: int
    authors: int
    role: Authorship


async def record_authors(
    events: Sequence[Incoming[E]], work: Work, kind: DutyKind, evidence: Callable[[E], str]
) -> None:
    """Keep a fact for every author; people who are no members of the committee are counted and left out."""
    parts = [(event, part) for event in events for part in _parts(event)]
    authors = {(part.committee, part.person) for _, part in parts}
    members = await members_among(work, authors)
    facts = [
        {
            "id": derived_id("fact", kind.value, event.data.proposal_id, part.person),
            "committee": part.committee,
            "member_id": members[part.committee, part.person],
            "kind": kind,
            "on_day": local_date(event.envelope.time),
            "quantity": 1,
            "attendance": Attendance.PRESENT,
            "authors": part.authors,
            "position": part.position,
            "share_role": part.role,
            "evidence": evidence(event.data),
            "matter": event.data.proposal_id,
            "source_event": event.envelope.id,
            "recorded_at": event.envelope.time,
            "recorded_by": event.envelope.actor,
        }
        for event, part in parts
        if (part.committee, part.person) in members
    ]
    if facts:
        await work.tx.sql.execute(again_after_restore(), facts)
    strangers = len(authors) - len(members)
    if strangers:
        log.info("authors_not_members", kind=kind.value, count=strangers)


def again_after_restore() -> Insert:
    """What is known is left as it is; what only a restore struck out counts again with what happened now."""
    statement = insert(tables.duty_fact)
    told = (
        "on_day",
        "authors",
        "position",
        "share_role",
        "evidence",
        "source_event",
        "recorded_at",
        "recorded_by",
    )
    return statement.on_conflict_do_update(
        index_elements=[tables.duty_fact.c.id],
        set_={name: statement.excluded[name] for name in told}
        | {"annulled_at": None, "annulled_because": None},
        where=tables.duty_fact.c.annulled_because == RESTORED,
    )


def counts_again(excluded: Any) -> dict[str, Any]:
    """For a statement that changes a known fact: what only a restore struck out counts again, what staff did stays."""
    fact = tables.duty_fact.c
    struck = fact.annulled_because == RESTORED
    return {name: case((struck, None), else_=fact[name]) for name in ("annulled_at", "annulled_because")} | {
        name: case((struck, excluded[name]), else_=fact[name]) for name in ("source_event", "recorded_at")
    }


async def members_among(work: Work, people: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], UUID]:
    """Member ids by committee and person, of those who are members; whose dossier is open sees it anew."""
    asked = list(people)
    found = await work.tx.raw.fetch(_MEMBERS, [one[0] for one in asked], [one[1] for one in asked])
    members = {(row["committee"], row["person_id"]): row["id"] for row in found}
    for committee, _ in members:
        work.hint("dossier", committee)
    return members


def _parts(event: Incoming[E]) -> list[_Part]:
    people = list(dict.fromkeys((event.data.first_proposer, *event.data.co_proposers)))
    return [
        _Part(
            committee=event.envelope.committee,
            person=person,
            position=position,
            authors=len(people),
            role=role_of(position, len(people), collective=event.data.kind is ProposalKind.COLLECTIVE),
        )
        for position, person in enumerate(people, 1)
    ]


def role_of(position: int, authors: int, *, collective: bool) -> Authorship:
    """Which part somebody at this place has."""
    if collective:
        return Authorship.COLLECTIVE
    if authors == 1:
        return Authorship.SOLE
    return Authorship.FIRST if position == 1 else Authorship.JOINT
