"""Fellow members by name, to invite them to something; who serves, and nothing that reaches them."""

from sqlalchemy import select

from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.queries import Colleague, Colleagues, ColleaguesAnswer
from tongxin_contracts.words import MemberStanding

SHOWN_MAX = 20


async def colleagues(query: Colleagues, work: Work) -> ColleaguesAnswer:
    """Serving members whose name contains what was typed, the first twenty by name; oneself is left out."""
    person, member = tables.person.c, tables.member.c
    statement = (
        select(member.id.label("member_id"), member.person_id, person.name, member.sector)
        .join(tables.person, person.id == member.person_id)
        .where(
            person.committee == query.committee,
            member.committee == query.committee,
            member.standing == MemberStanding.SERVING,
            member.person_id.is_distinct_from(work.actor.person),
        )
        .order_by(person.name, person.id)
        .limit(SHOWN_MAX)
    )
    search = query.search.strip().replace("\0", "")
    if search:
        statement = statement.where(person.name.contains(search, autoescape=True))
    rows = await work.tx.sql.execute(statement)
    return ColleaguesAnswer(
        members=[
            Colleague(person_id=row.person_id, member_id=row.member_id, name=row.name, sector=row.sector)
            for row in rows
        ]
    )
