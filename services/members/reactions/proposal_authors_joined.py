"""Another proposal was merged into a filed one: its authors are credited as co-authors, and the shares are cut anew.

Before 立案 nothing is to be done here: `ProposalFiled` names everybody. Always holds: two statements for however many
events; of one proposal the last event counts, because it names all authors as they stand.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.members import tables
from services.members.reactions.proposal_facts import counts_again, members_among, role_of
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined
from tongxin_contracts.words import Attendance, Authorship, DutyKind

Joined = Incoming[ProposalAuthorsJoined]


async def on_proposal_authors_joined(events: Sequence[Joined], work: Work) -> None:
    """Write the filed proposal's authors as they stand now."""
    last = {event.data.proposal_id: event for event in events if event.data.number is not None}
    if not last:
        return
    people = {
        (event.envelope.committee, person) for event in last.values() for person in _authors(event.data)
    }
    members = await members_among(work, people)
    collective = await _collective(work, last)
    facts = [
        fact
        for event in last.values()
        for fact in _facts(event, members, event.data.proposal_id in collective)
    ]
    if facts:
        statement = insert(tables.duty_fact)
        changed = {column: statement.excluded[column] for column in ("authors", "position", "share_role")}
        changed |= counts_again(statement.excluded)
        await work.tx.sql.execute(
            statement.on_conflict_do_update(index_elements=[tables.duty_fact.c.id], set_=changed), facts
        )


async def _collective(work: Work, last: dict[Any, Joined]) -> set[Any]:
    """Which of these proposals were made in a body's name; they stay so."""
    fact = tables.duty_fact.c
    return set(
        await work.tx.sql.scalars(
            select(fact.matter).where(fact.matter.in_(last), fact.share_role == Authorship.COLLECTIVE)
        )
    )


def _authors(event: ProposalAuthorsJoined) -> list[Any]:
    return list(dict.fromkeys((event.first_proposer, *event.co_proposers)))


def _facts(event: Joined, members: dict[Any, Any], collective: bool) -> list[dict[str, Any]]:
    data, committee = event.data, event.envelope.committee
    authors = _authors(data)
    return [
        {
            "id": derived_id("fact", DutyKind.PROPOSAL_FILED.value, data.proposal_id, person),
            "committee": committee,
            "member_id": members[committee, person],
            "kind": DutyKind.PROPOSAL_FILED,
            "on_day": local_date(event.envelope.time),
            "quantity": 1,
            "attendance": Attendance.PRESENT,
            "authors": len(authors),
            "position": position,
            "share_role": role_of(position, len(authors), collective=collective),
            "evidence": f"{data.number}《{data.title}》（并案）",
            "matter": data.proposal_id,
            "source_event": event.envelope.id,
            "recorded_at": event.envelope.time,
            "recorded_by": event.envelope.actor,
        }
        for position, person in enumerate(authors, 1)
        if (committee, person) in members
    ]
