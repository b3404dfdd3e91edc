"""What a process says after a commit: whose relay it wakes, and how often it hints."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nats.aio.client import Client
from nats.errors import ConnectionClosedError

from chassis import announcing
from chassis.announcing import Announcer
from chassis.relay import Relay
from chassis.work import Work
from tests.house import COUNTY
from tests.waiting import until_async


class Bus:
    """Remembers what is said; away, it takes nothing."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.away = False

    async def publish(self, subject: str, payload: bytes) -> None:
        """Note it."""
        if self.away:
            raise ConnectionClosedError
        self.said.append((subject, payload))


class Woken:
    """A relay that counts its pokes."""

    def __init__(self, stream: str, *, at_work: bool) -> None:
        self.stream, self.at_work, self.pokes = stream, at_work, 0

    def poke(self) -> None:
        """Count it."""
        self.pokes += 1


def announcer(bus: Bus, *relays: Woken) -> Announcer:
    """Of members."""
    return Announcer("members", cast(Client, bus), cast(list[Relay], relays))


def work(*streams: str, hints: tuple[str, ...] = ()) -> Work:
    """One that stated events for these streams and changed something of these kinds."""
    done: Any = SimpleNamespace(streams=lambda: set(streams), hints={(COUNTY, kind) for kind in hints})
    return cast(Work, done)


async def test_a_relay_is_woken_for_its_own_stream_alone() -> None:
    bus, events, person = Bus(), Woken("EVT_MEMBERS", at_work=True), Woken("PERSON", at_work=True)
    await announcer(bus, events, person).tell(work("EVT_MEMBERS"))
    assert (events.pokes, person.pokes, bus.said) == (1, 0, [])


async def test_who_is_not_at_work_has_the_other_replica_woken() -> None:
    bus, events, person = Bus(), Woken("EVT_MEMBERS", at_work=True), Woken("PERSON", at_work=False)
    await announcer(bus, events, person).tell(work("EVT_MEMBERS", "PERSON"))
    assert bus.said == [("poke.members", b"PERSON")]

    there = Woken("EVT_MEMBERS", at_work=True), Woken("PERSON", at_work=True)
    other = announcer(Bus(), *there)
    other.poked(b"PERSON")
    assert [one.pokes for one in there] == [0, 1]
    other.poked(b"")  # as the release before says it
    assert [one.pokes for one in there] == [1, 2]


async def test_hints_of_one_kind_that_come_fast_go_as_one_and_the_last_is_never_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcing, "HINT_PAUSE", 0.05)
    bus = Bus()
    ours = announcer(bus)
    for _ in range(20):
        await ours.tell(work(hints=("member",)))
    await ours.tell(work(hints=("task",)))
    member, task = (f"hint.{COUNTY}.members", b"member"), (f"hint.{COUNTY}.members", b"task")
    assert bus.said == [member, task], "the first of each kind goes at once"
    await until_async(lambda: bus.said == [member, task, member], "and what came behind it as one", limit=5)
    assert not ours._waiting
    await until_async(lambda: not ours._resting, "then there is nothing more to say", limit=5)
    await ours.tell(work(hints=("member",)))
    assert len(bus.said) == 4


async def test_what_waits_to_be_said_is_said_before_the_end() -> None:
    bus = Bus()
    ours = announcer(bus)
    for _ in range(2):
        await ours.tell(work(hints=("member",)))
    await ours.close()
    assert len(bus.said) == 2


async def test_a_bus_that_is_away_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "HINT_PAUSE", 0.01)
    bus = Bus()
    ours = announcer(bus)
    bus.away = True
    await ours.tell(work(hints=("member",)))
    await ours.tell(work(hints=("member",)))
    await until_async(lambda: not ours._resting, "it tried again by itself", limit=5)
    await asyncio.gather(*ours._sending)
    await ours.close()
    assert bus.said == []
