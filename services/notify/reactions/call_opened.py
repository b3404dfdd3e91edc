"""Every serving member learns that proposals are called for; two statements, whether there are thirty members or three thousand."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.rules import call_texts
from tongxin_contracts.proposals.calls import CallOpened

_MEMBERS = (
    "select distinct committee, person from member_person where committee = any($1::text[]) and serving"
)
_TELL = """
insert into notice (id, committee, person, kind, title, body, matter, at)
select told.id, event.committee, told.person, event.kind, event.title, event.body, event.matter, event.at
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as told (id, person, matter)
join unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[])
    as event (matter, committee, kind, title, body, at) using (matter)
on conflict do nothing
"""


async def on_call_opened(events: Sequence[Incoming[CallOpened]], work: Work) -> None:
    """Tell the members, then the agencies."""
    members = await _members({event.envelope.committee for event in events}, work)
    told = [
        (derived_id("notice", event.envelope.id, person), person, event.data.call_id)
        for event in events
        for person in members[event.envelope.committee]
    ]
    if told:
        await work.tx.raw.execute(_TELL, *_columns(told, 3), *_columns([_said(event) for event in events], 6))
        for committee in members:
            work.hint("notice", committee)
    await forward(events, work)


async def _members(committees: Collection[str], work: Work) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in await work.tx.raw.fetch(_MEMBERS, list(committees)):
        found[row["committee"]].append(row["person"])
    return found


def _said(event: Incoming[CallOpened]) -> tuple[object, ...]:
    call = event.data
    topics = [hint.title for hint in call.hints]
    text = call_texts.call_opened(call.year, call.opens_on, call.closes_on, topics)
    return (
        call.call_id,
        event.envelope.committee,
        text.kind.value,
        text.title,
        text.body,
        event.envelope.time,
    )


def _columns(rows: Sequence[tuple[object, ...]], count: int) -> list[list[object]]:
    """Rows as the arrays that `unnest` takes."""
    return [[row[place] for row in rows] for place in range(count)]
