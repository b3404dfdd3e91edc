"""F16: yesterday's events at today's followers, and tomorrow's events at today's followers.

Yesterday's are the recorded ones under corpus/ (`python -m tests.contracts.record`): every follower's own reactions take
them and make no letter of any. Tomorrow's are the same with what a version may add: an optional field is passed over;
a value, a version or a type nobody here knows waits as a letter with its reason, stops no other aggregate, and is taken
by the newer code without anybody's asking (ADR 0015).
"""

import copy
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from types import new_class
from typing import Any, Final
from unittest import mock
from uuid import uuid4

import pytest
from pydantic import ValidationError

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.held import Letter
from chassis.ids import new_id
from chassis.inbox import Inbox, Incoming, Outcome, Reaction
from chassis.problems import NotFound
from chassis.sealing import Sealer
from chassis.service import Service
from chassis.work import Tools, Work
from infra.local.stack import Stack
from tests.contracts.committed import schema
from tests.contracts.record import NOBODY, Recorded, corpus, made, missing
from tongxin_contracts.catalogue import EVENTS, events_by_type
from tongxin_contracts.compatibility import breaks
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.subjects import SERVICES, ServiceName

CORPUS: Final = corpus()
READ: Final = [one for one in CORPUS if one.type in events_by_type()]
NEW_VALUE: Final = "a_value_of_the_next_version"


class NoFiles:
    """No reaction fetches a file."""

    async def put(self, content: bytes) -> Any:
        raise NotFound(f"{len(content)} bytes")

    async def get(self, digest: str) -> bytes:
        raise NotFound(digest)


class UndoneError(Exception):
    """Ends a transaction without its commit."""


class Undone(Database):
    """One transaction for everything that is taken, undone at the end: tests beside this one see none of it."""

    current: Transaction

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Undone"]:
        """Begin, and never commit."""
        with suppress(UndoneError):
            async with super().transaction() as tx:
                self.current = tx
                yield self
                raise UndoneError

    @asynccontextmanager
    async def transaction(
        self, committees: Iterable[str] = (), *, first: str = ""
    ) -> AsyncIterator[Transaction]:
        """The same one again, for these committees; what fails leaves nothing, as with a transaction of its own."""
        await self.current.raw.execute(f"savepoint own; {first}")
        await self.current.act_for(committees)
        try:
            yield self.current
        except Exception:
            await self.current.raw.execute("rollback to savepoint own")
            raise


@asynccontextmanager
async def follower(stack: Stack, service: ServiceName) -> AsyncIterator["Follower"]:
    """A service's database, to be taken into effect and undone."""
    database = Undone(stack.database_url(service, "worker"), pool_size=1)
    try:
        async with database.open():
            yield Follower(stack, service, database)
    finally:
        await database.close()


class Follower:
    """One service as its events see it: its reactions, its gate, what it holds."""

    def __init__(self, stack: Stack, service: ServiceName, database: Undone) -> None:
        self.service, self.database = service, database
        self.consumer = f"corpus-{service}"
        found: Service = import_module(f"services.{service}.service").SERVICE
        self.reactions = found.reactions
        with mock.patch.dict(os.environ, stack.environment(service)):
            settings = found.settings()
        self.tools = Tools(
            clock=SystemClock(),
            files=NoFiles(),
            sealer=Sealer.from_file(stack.keys.sealing),
            settings=settings,
        )

    def inbox(self, reactions: dict[type[Event], Reaction] | None = None) -> Inbox:
        """Its own code, or code with other reactions."""
        return Inbox(
            self.service,
            self.consumer,
            dict(self.reactions) if reactions is None else reactions,
            database=self.database,
            tools=self.tools,
            epoch=1,
        )

    async def take(self, inbox: Inbox, one: Recorded, place: int = 1) -> Outcome:
        """Take one event whose earlier versions it has all taken."""
        envelope = Envelope.from_headers(one.headers)
        await self.database.current.raw.execute(
            "insert into gate (consumer, aggregate, last_version) values ($1, $2, $3)"
            " on conflict (consumer, aggregate) do update set last_version = excluded.last_version, last_event_id = null",
            self.consumer, envelope.aggregate, envelope.version - 1,
        )  # fmt: skip
        return await inbox.take([letter(one, place)])

    async def letters(self) -> list[Any]:
        """What it holds, with the reasons."""
        rows: list[Any] = await self.database.current.raw.fetch(
            "select * from held where consumer = $1 order by id", self.consumer
        )
        return rows


def letter(one: Recorded, place: int) -> Letter:
    """As it arrives."""
    return Letter(
        subject=one.subject, headers=one.headers, payload=one.payload.encode(), stream_sequence=place
    )


def changed(one: Recorded, *, type_: str | None = None, **fields: Any) -> Recorded:
    """The same event of an aggregate of its own, with other fields or of another type."""
    headers = one.headers | {"ce-id": str(new_id()), "ce-aggregate": str(uuid4()), "ce-aggregateversion": "1"}
    headers |= {"ce-type": type_} if type_ else {}
    return replace(one, headers=headers, payload=json.dumps(json.loads(one.payload) | fields))


def listed(event: type[Event]) -> list[str]:
    """Its fields whose values are a list of words."""
    return [
        name
        for name, field in event.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum)
    ]


def test_every_event_there_is_has_been_recorded() -> None:
    recorded = {one.type for one in CORPUS}
    assert set(events_by_type()) - recorded == set(), (
        "run `python -m tests.contracts.record` and commit what it adds"
    )
    assert recorded - set(events_by_type()) == set(), "a type that was once on the bus is read for ever"


def test_what_somebody_stated_is_recorded_although_one_was_made_of_its_schema() -> None:
    event = EVENTS[0]
    from_schema = made(event)
    stated = replace(from_schema, headers=from_schema.headers | {"ce-actor": "person:x"})
    rest = [one for one in CORPUS if one.type != event.type_name()]
    assert list(missing([stated, stated], [*rest, from_schema])) == [stated]
    assert list(missing([stated], [*rest, from_schema, stated])) == []


def test_most_events_were_stated_by_a_running_city() -> None:
    stated = {one.type for one in CORPUS if one.headers["ce-actor"] != NOBODY}
    assert len(stated) >= 68


@pytest.mark.fault("F16", invariants="I2 I7", ci=True)
@pytest.mark.parametrize("service", SERVICES)
async def test_what_was_recorded_is_taken_by_every_follower(stack: Stack, service: ServiceName) -> None:
    """N−1 writes, N reads: no letter."""
    async with follower(stack, service) as reader:
        inbox = reader.inbox()
        mine = {event.stream() for event in reader.reactions}
        events = [one for one in READ if events_by_type()[one.type].stream() in mine]
        for place, one in enumerate(sorted(events, key=lambda one: one.headers["ce-time"]), 1):
            await reader.take(inbox, one, place)
        found = [f"{json.loads(row['headers'])['ce-type']}: {row['reason']} {row['explanation']}"
                 for row in await reader.letters()]  # fmt: skip
        assert found == []
        assert events, f"{service} follows somebody"


@pytest.mark.fault("F16", invariants="I2 I7", ci=True)
@pytest.mark.parametrize("service", SERVICES)
async def test_what_the_next_version_adds_waits_or_is_passed_over(stack: Stack, service: ServiceName) -> None:
    """N writes, N−1 reads: fields are passed over, what cannot be read waits with its reason and stops nobody."""
    async with follower(stack, service) as reader:
        inbox = reader.inbox(dict.fromkeys(reader.reactions, _nothing))
        wanted: Counter[str] = Counter()
        for place, event in enumerate(reader.reactions):
            one = next(found for found in READ if found.type == event.type_name())
            added = await reader.take(inbox, changed(one, added_by_the_next_version={"x": 1}), 10 * place)
            assert (added.applied, added.dead) == (1, 0)
            later = event.type_name().rsplit(".v", 1)[0] + f".v{event.version + 1}"
            await reader.take(inbox, changed(one, type_=later), 10 * place + 1)
            wanted["unknown_version"] += 1
            await reader.take(inbox, changed(one, type_=f"tongxin.{event.service}.not_yet_thought_of.v1"))
            wanted["unknown_type"] += 1
            for name in listed(event):
                await reader.take(inbox, changed(one, **{name: NEW_VALUE}))
                wanted["undecodable"] += 1
        assert Counter(row["reason"] for row in await reader.letters()) == wanted
        assert all(row["explanation"] for row in await reader.letters())


@pytest.mark.fault("F16", invariants="I2 I7", ci=True)
async def test_a_list_of_words_that_grew_is_read_after_the_upgrade(stack: Stack) -> None:
    """The checker lets a list grow although yesterday's reader refuses the new word: it waits, and is taken once."""
    async with follower(stack, "notify") as reader:
        growing = [event for event in reader.reactions if listed(event)]
        assert growing
        taken: Counter[str] = Counter()

        async def count(events: Sequence[Incoming[Any]], _work: Work) -> None:
            taken.update(event.envelope.type for event in events)

        older = reader.inbox(dict.fromkeys(growing, count))
        for event in growing:
            one = next(found for found in READ if found.type == event.type_name())
            await reader.take(older, changed(one, **{listed(event)[0]: NEW_VALUE}))
        assert taken == Counter()
        await older.carry_out_wishes()
        assert taken == Counter(), "the same code does not try again what it could not read"
        newer = reader.inbox({grown(event): count for event in growing})
        await newer.carry_out_wishes()
        assert taken == Counter({event.type_name(): 1 for event in growing})
        assert await reader.letters() == []


def grown(event: type[Event]) -> type[Event]:
    """The event as the next version declares it: its first list of words has one more."""
    name = listed(event)[0]
    words: Any = event.model_fields[name].annotation
    more = StrEnum(words.__name__, {**{word.name: word.value for word in words}, "NEXT": NEW_VALUE})  # type: ignore[misc]

    def fill(namespace: dict[str, Any]) -> None:
        namespace.update(__module__=__name__, __annotations__={name: more})

    declared = {"service": event.service, "aggregate": event.aggregate, "version": event.version}
    made: type[Event] = new_class(event.__name__, (event,), declared, fill)
    return made


@pytest.mark.fault("F16", invariants="I2", ci=True)
def test_checker_and_reader_are_of_one_mind_about_everything_recorded() -> None:
    """What the checker refuses breaks a reader of the corpus; what it lets through does not, in both directions."""
    for one in READ:
        event = events_by_type()[one.type]
        committed = schema(f"{event.service}/{event.message_name}.v{event.version}")
        today = event.model_json_schema(mode="serialization")
        assert breaks(committed, today) == [], "today's reader takes what was written yesterday"
        payload = json.loads(one.payload)

        more = copy.deepcopy(today)
        more["properties"]["added"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
        assert breaks(committed, more) == []
        event.model_validate(payload | {"added": "x"})

        for name in today.get("required", ()):
            less = copy.deepcopy(today)
            del less["properties"][name]
            assert breaks(committed, less) != []
            if not event.model_fields[name].is_required():
                continue  # written always, and read without it
            with pytest.raises(ValidationError):
                event.model_validate({key: value for key, value in payload.items() if key != name})


def test_a_recorded_event_says_where_it_belongs() -> None:
    for one in READ:
        event, envelope = events_by_type()[one.type], Envelope.from_headers(one.headers)
        assert one.subject == event.subject(envelope.committee)
        assert envelope.source == event.service
    assert {event.type_name() for event in EVENTS} <= {one.type for one in READ}


async def _nothing(_events: Sequence[Incoming[Any]], _work: Work) -> None:
    """A reaction that can read and does no more."""
