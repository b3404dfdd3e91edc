"""What an older version of the code could not read, a newer one takes by itself, whoever was upgraded first."""

import json
from collections.abc import Sequence
from enum import StrEnum
from types import new_class
from typing import Any
from uuid import UUID, uuid4

from chassis import letters
from chassis.clock import SystemClock
from chassis.files import ObjectStoreFiles
from chassis.held import Letter
from chassis.inbox import Inbox, Incoming
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from tests.bus.wire import Wire, letter, message
from tongxin_contracts.message import Event
from tongxin_contracts.proposals.events import ProposalReturned


class Before(StrEnum):
    """The list as the older code knows it."""

    FIRST = "first"


class After(StrEnum):
    """The list grown by one."""

    FIRST = "first"
    SECOND = "second"


def event_with(kinds: type[StrEnum]) -> type[Event]:
    """One and the same event type, as the older or the newer code declares it."""

    def fill(namespace: dict[str, Any]) -> None:
        namespace.update(__module__=__name__, __annotations__={"kind": kinds})

    declared = {"service": "proposals", "aggregate": "sample"}
    made: type[Event] = new_class("ProposalReturned", (Event,), declared, fill)
    return made


def reader(wire: Wire, consumer: str, *events: type[Event]) -> Inbox:
    """A reader whose code knows these events in this form."""

    async def react(taken: Sequence[Incoming[Event]], work: Work) -> None:
        await work.tx.raw.execute(
            "insert into effect (aggregate, version) select * from unnest($1::uuid[], $2::int[])",
            [event.envelope.aggregate for event in taken],
            [event.envelope.version for event in taken],
        )

    tools = Tools(
        clock=SystemClock(),
        files=ObjectStoreFiles(wire.reader.jetstream()),
        sealer=Sealer.from_file(wire.stack.keys.sealing),
    )
    return Inbox(
        "consultation",
        consumer,
        dict.fromkeys(events, react),
        database=wire.inbox_database,
        tools=tools,
        epoch=1,
    )


def said(aggregate: UUID, version: int, kind: str) -> Letter:
    """The event on the bus."""
    made = letter(message(aggregate, version))
    return Letter(
        subject=made.subject,
        headers=made.headers,
        payload=f'{{"kind": "{kind}"}}'.encode(),
        stream_sequence=version,
    )


async def held(wire: Wire, consumer: str) -> list[Any]:
    rows: list[Any] = await wire.admin.fetch(
        "select * from held where consumer = $1 order by version", consumer
    )
    return rows


async def test_a_value_the_older_code_does_not_know_waits_for_the_newer(wire: Wire) -> None:
    older, newer = (reader(wire, "grown", event_with(kinds)) for kinds in (Before, After))
    aggregate, other = uuid4(), uuid4()
    taken = [said(aggregate, 1, "first"), said(aggregate, 2, "second"), said(aggregate, 3, "first")]
    await older.take([*taken, said(other, 1, "first")])
    assert (await wire.effects(aggregate), await wire.effects(other)) == ([1], [1])
    assert [(row["version"], row["reason"]) for row in await held(wire, "grown")] == [
        (2, "undecodable"),
        (3, "gap"),
    ]

    await older.carry_out_wishes()
    assert [row["attempts"] for row in await held(wire, "grown")] == [0, 0], "it has judged it already"
    await newer.carry_out_wishes()
    assert await wire.effects(aggregate) == [1, 2, 3]
    assert await held(wire, "grown") == []


async def test_the_newer_code_was_running_already_when_the_older_failed(wire: Wire) -> None:
    """Two replicas, one not upgraded yet: the letter it makes is taken by the other, without a restart."""
    older, newer = (reader(wire, "rolling", event_with(kinds)) for kinds in (Before, After))
    aggregate = uuid4()
    await newer.take([said(aggregate, 1, "first")])
    await older.take([said(aggregate, 2, "second")])
    assert await wire.effects(aggregate) == [1]
    await newer.carry_out_wishes()
    assert await wire.effects(aggregate) == [1, 2]


async def test_each_version_of_the_code_judges_a_letter_once(wire: Wire) -> None:
    older, newer = (reader(wire, "hopeless", event_with(kinds)) for kinds in (Before, After))
    await older.take([said(uuid4(), 1, "third")])
    for _ in range(3):
        await newer.carry_out_wishes()
        await older.carry_out_wishes()
    [row] = await held(wire, "hopeless")
    assert (row["reason"], row["attempts"], len(row["judged_by"])) == ("undecodable", 1, 2)


async def test_an_event_newer_than_the_code_waits_and_is_not_passed_over(wire: Wire) -> None:
    """Code that does not know a type cannot know whether it is to react to it."""
    unknown = new_class("BrandNew", (Event,), {"service": "proposals", "aggregate": "sample"})
    older = reader(wire, "unknown", ProposalReturned)
    newer = reader(wire, "unknown", ProposalReturned, unknown)
    aggregate = uuid4()
    sent = letter(message(aggregate, 2))
    strange = Letter(
        subject=sent.subject,
        headers={**sent.headers, "ce-type": "tongxin.proposals.brand_new.v1"},
        payload=b"{}",
        stream_sequence=2,
    )
    await older.take([letter(message(aggregate, 1)), strange, letter(message(aggregate, 3))])
    assert await wire.effects(aggregate) == [1]
    assert [row["reason"] for row in await held(wire, "unknown")] == ["unknown_type", "gap"]
    await newer.carry_out_wishes()
    assert await wire.effects(aggregate) == [1, 2, 3]


async def test_a_letter_without_envelope_that_can_be_read_now_keeps_its_place(wire: Wire) -> None:
    """It is readable now but comes too early: it has to wait as a gap, not to vanish."""
    inbox, aggregate = wire.inbox("loose-gap"), uuid4()
    early = letter(message(aggregate, 2), sequence=7001)
    broken = Letter(subject=early.subject, headers={}, payload=early.payload, stream_sequence=7001)
    await inbox.take([broken])
    await wire.admin.execute(
        "update held set headers = $1, judged_by = '{}' where consumer = 'loose-gap'",
        json.dumps(dict(early.headers)),
    )
    await inbox.carry_out_wishes()
    await inbox.take([letter(message(aggregate, 1))])
    assert await wire.effects(aggregate) == [1, 2]
    worker = wire.stack.database_url("consultation", "worker")
    assert not [
        one for one in await letters.list_letters(worker, waiting_too=True) if one.aggregate == aggregate
    ]


async def test_what_comes_before_an_unreadable_one_in_its_batch_takes_effect_once(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("before-unread"), uuid4()
    broken = letter(message(aggregate, 2))
    broken = Letter(subject=broken.subject, headers=broken.headers, payload=b"{", stream_sequence=2)
    await inbox.take([letter(message(aggregate, 1)), broken])
    await inbox.take([letter(message(aggregate, 3))])
    assert await wire.effects(aggregate) == [1]
    assert [(row["version"], row["reason"]) for row in await held(wire, "before-unread")] == [
        (2, "undecodable"),
        (3, "gap"),
    ]


async def test_a_header_that_names_two_committees_opens_neither(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("two-committees"), uuid4()
    sent = letter(message(aggregate, 1), sequence=7002)
    wide = Letter(
        subject=sent.subject,
        headers={**sent.headers, "ce-committee": "340921,340900"},
        payload=sent.payload,
        stream_sequence=7002,
    )
    await inbox.take([wide])
    assert await wire.effects(aggregate) == []
    assert ["ce-committee" in row["explanation"] for row in await held(wire, "two-committees")] == [True]


async def test_a_letter_dropped_before_the_one_it_waits_for_loses_nothing_behind_it(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("dropped-early"), uuid4()
    broken = [
        Letter(subject=sent.subject, headers=sent.headers, payload=b"{", stream_sequence=8000 + version)
        for version in (2, 3)
        for sent in [letter(message(aggregate, version))]
    ]
    await inbox.take([letter(message(aggregate, 1)), *broken, letter(message(aggregate, 4))])
    worker = wire.stack.database_url("consultation", "worker")
    second, third = (row["id"] for row in (await held(wire, "dropped-early"))[:2])
    await letters.wish(worker, third, "drop")
    await inbox.carry_out_wishes()
    await letters.wish(worker, second, "drop")
    await inbox.carry_out_wishes()
    await inbox.carry_out_wishes()
    assert await wire.effects(aggregate) == [1, 4]
