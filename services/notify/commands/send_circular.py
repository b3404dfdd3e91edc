"""A committee's office tells many people one thing, in as many statements whether they are three or three thousand."""

from typing import Any
from uuid import UUID

from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.circulars import CircularSent, SendCircular, SentCircular
from tongxin_contracts.words import AudienceKind, NoticeKind

_WHOM = {
    AudienceKind.MEMBERS: "select distinct person from member_person where committee = $1 and serving and $2::text is null",
    AudienceKind.SECTOR: "select distinct person from member_person where committee = $1 and serving and sector = $2",
    AudienceKind.ROLE: "select person from role_holder where committee = $1 and role = $2",
}
_TELL = """
insert into notice (id, committee, person, kind, title, body, matter, at)
select id, $3, person, $4, $5, $6, $7, $8 from unnest($1::uuid[], $2::uuid[]) as told (id, person)
"""


async def send_circular(command: SendCircular, work: Work) -> SentCircular:
    """Tell them; raises WrongState when there is nobody to tell."""
    rows: list[Any] = await work.tx.raw.fetch(_WHOM[command.audience], command.committee, command.among)
    people: list[UUID] = [row["person"] for row in rows]
    if not people:
        raise WrongState("这个范围内没有人，请检查名册或另选发送范围")
    circular = work.create(
        tables.circular,
        command.circular_id,
        title=command.title,
        body=command.text,
        audience=command.audience.value,
        among=command.among,
        sent_by=work.actor.person,
        sent_at=work.now,
        told=len(people),
    )
    await work.tx.raw.execute(
        _TELL,
        [derived_id("notice", circular.id, person) for person in people],
        people,
        command.committee,
        NoticeKind.CIRCULAR.value,
        command.title,
        command.text,
        circular.id,
        work.now,
    )
    circular.state(
        CircularSent(
            circular_id=circular.id,
            title=command.title,
            audience=command.audience,
            among=command.among,
            told=len(people),
        )
    )
    circular.note("send_circular")
    work.hint("notice", command.committee)
    return SentCircular(circular_id=circular.id, told=len(people))
