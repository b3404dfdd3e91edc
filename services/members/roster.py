"""Between a committee's members in the database and rows of a roster.

Always holds: every change of a person or a member made here states its event; contact data goes into `PersonContact`
alone; the party is sealed before it is written and opened only here and in the dossier.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chassis.ids import new_id
from chassis.sealing import Sealer
from chassis.work import Aggregate, Work
from services.members import tables
from services.members.rules.matching import Known
from services.members.rules.roster import RosterRow
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, PersonContact
from tongxin_contracts.words import Gender, MemberRank, MemberStanding, Party, Sector

_OF_MEMBER = ("sector", "rank", "special_committee", "liaison_group", "employer", "post")
_OF_PERSON = ("gender", "born")


async def known_members(work: Work) -> list[Known]:
    """All members of the request's committee with their persons, by name, but whoever was erased; one statement."""
    person, member = tables.person, tables.member
    rows = await work.tx.sql.execute(
        select(
            member.c.id.label("member_id"),
            member.c.standing,
            *(member.c[column] for column in _OF_MEMBER),
            person.c.id.label("person_id"),
            person.c.name,
            person.c.phone,
            person.c.party,
            *(person.c[column] for column in _OF_PERSON),
        )
        .join(person, person.c.id == member.c.person_id)
        .where(
            member.c.committee == work.committee,
            person.c.committee == work.committee,
            person.c.erased_at.is_(None),
        )
        .order_by(person.c.name, person.c.id)
    )
    return [_known(row, work.tools.sealer) for row in rows]


def _known(row: Any, sealer: Sealer) -> Known:
    party = sealer.open(row.party, row.person_id)
    return Known(
        member_id=row.member_id,
        person_id=row.person_id,
        standing=MemberStanding.of(row.standing),
        row=RosterRow(
            row=0,
            name=row.name,
            phone=row.phone,
            sector=Sector.of(row.sector),
            rank=MemberRank.of(row.rank),
            gender=Gender.of(row.gender) if row.gender else None,
            born=row.born,
            special_committee=row.special_committee,
            liaison_group=row.liaison_group,
            party=Party.of(party) if party else None,
            employer=row.employer,
            post=row.post,
        ),
    )


def admit(work: Work, row: RosterRow, *, reason: str) -> None:
    """Make a person and a member out of a row."""
    person_id = new_id()
    person = work.create(
        tables.person,
        person_id,
        name=row.name,
        phone=row.phone,
        gender=row.gender,
        born=row.born,
        party=work.tools.sealer.seal(row.party, person_id),
    )
    member = work.create(
        tables.member,
        new_id(),
        person_id=person_id,
        standing=MemberStanding.SERVING,
        **{column: getattr(row, column) for column in _OF_MEMBER},
    )
    state_contact(person, member.id)
    person.note("import_roster", reason=reason)
    member.state(
        MemberAdmitted(
            member_id=member.id,
            person_id=person_id,
            sector=row.sector,
            rank=row.rank,
            special_committee=row.special_committee,
            liaison_group=row.liaison_group,
        )
    )
    member.note("import_roster", reason=reason)


async def change(work: Work, changes: Sequence[tuple[Known, RosterRow]], *, reason: str) -> None:
    """Bring persons and members to what the rows say; two statements to lock them, however many."""
    if not changes:
        return
    persons = await work.load_many(tables.person, [known.person_id for known, _ in changes])
    members = await work.load_many(tables.member, [known.member_id for known, _ in changes])
    person_by_id = {person.id: person for person in persons}
    member_by_id = {member.id: member for member in members}
    for known, row in changes:
        _change_person(person_by_id[known.person_id], known, row, reason=reason)
        _change_member(member_by_id[known.member_id], row, reason=reason)


def _change_person(person: Aggregate, known: Known, row: RosterRow, *, reason: str) -> None:
    person.change(**{column: getattr(row, column) for column in _OF_PERSON})
    if row.party != known.row.party:
        # Sealing gives other bytes each time, so what is compared is what is sealed.
        person.change(party=person.work.tools.sealer.seal(row.party, person.id))
    if person.changes:
        state_contact(person, known.member_id)
        person.note("import_roster", reason=reason)


def _change_member(member: Aggregate, row: RosterRow, *, reason: str) -> None:
    member.change(**{column: getattr(row, column) for column in _OF_MEMBER})
    if member.changes:
        state_changed(member)
        member.note("import_roster", reason=reason)


def state_changed(member: Aggregate) -> None:
    """State what a member is now."""
    member.state(
        MemberChanged(
            member_id=member.id,
            person_id=member["person_id"],
            sector=member["sector"],
            rank=member["rank"],
            standing=member["standing"],
            special_committee=member["special_committee"],
            liaison_group=member["liaison_group"],
        )
    )


def state_contact(person: Aggregate, member_id: Any) -> None:
    """Tell portal and notify how to reach a person and what to call them."""
    person.state(
        PersonContact(
            person_id=person.id,
            member_id=member_id,
            member_of=person["committee"],
            name=person["name"],
            phone=person["phone"],
        )
    )
