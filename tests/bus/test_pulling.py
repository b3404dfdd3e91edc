"""One request stays open at the broker: when it is asked again, and that nothing gets lost on the way to a reader that goes."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import OutboundBufferLimitError
from nats.js.errors import APIError

from chassis import pulling
from chassis.announcing import Announcer
from chassis.consumer import Consumer
from chassis.failpoints import Failpoints
from chassis.held import Letter
from chassis.inbox import Inbox, Outcome
from chassis.pulling import AT_ONCE, Pull
from tests.bus.wire import STREAM, Wire, all_marked, message, running
from tests.waiting import until_async


class Broker:
    """Counts requests and says what it is told to say."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.answers: list[tuple[str, bytes]] = []
        """What became of messages, by their reply subject."""
        self.full = False
        """Whether the client takes nothing any more."""
        self._replies: list[str] = []
        self._say: Any = None

    def new_inbox(self) -> str:
        """As the client makes one."""
        return "_INBOX.one"

    async def subscribe(self, _inbox: str, *, cb: Any) -> object:
        """Only one is expected."""
        assert self._say is None
        self._say = cb
        return object()

    async def publish(self, subject: str, payload: bytes = b"", *, reply: str = "") -> None:
        """A request for messages, or what became of one."""
        if self.full:
            raise OutboundBufferLimitError
        if not reply:
            self.answers.append((subject, payload))
            return
        assert subject == "$JS.API.CONSUMER.MSG.NEXT.EVT.one"
        assert reply.startswith("_INBOX.one")
        self._replies.append(reply)
        self.requests.append(json.loads(payload))

    async def send(self, count: int = 1, *, reply: str = "") -> None:
        """Messages of the stream."""
        for _ in range(count):
            await self._say(Msg(_client=cast(Client, self), subject="evt", reply=reply, data=b"{}"))

    async def say(self, status: str, *, of: int = -1) -> None:
        """What a broker says of a request, of the last one where none is named."""
        headers = {"Status": status, "Description": "as it says"}
        await self._say(Msg(_client=cast(Client, self), subject=self._replies[of], headers=headers))


@pytest.fixture
def broker() -> Broker:
    return Broker()


def pull(broker: Broker) -> Pull:
    """A reader of that broker."""
    return Pull(cast(Client, broker), "EVT", "one")


async def test_what_comes_while_a_batch_is_taken_waits_and_costs_no_request(broker: Broker) -> None:
    reader = pull(broker)
    assert await reader.next(0) == []
    await broker.send(3)
    assert len(await reader.next(10)) == 3
    await broker.send(2)
    assert len(await reader.next(10)) == 2
    assert broker.requests == [{"batch": AT_ONCE, "expires": 1_000_000_000}]


async def test_a_request_that_is_over_is_followed_by_another_at_once(broker: Broker) -> None:
    reader = pull(broker)
    await reader.next(0)
    for number, status in enumerate(("408", "404"), 2):
        await broker.say(status)
        await reader.next(0)
        assert len(broker.requests) == number
    await broker.send(AT_ONCE)
    assert len(broker.requests) == 3, "what waits is enough"
    assert len(await reader.next(10)) == AT_ONCE
    assert len(broker.requests) == 4, "the next ones come over while these are taken"


async def test_a_request_that_nobody_answers_is_asked_again(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "OPEN", 0.02)
    monkeypatch.setattr(pulling, "_GRACE", 0.01)
    reader = pull(broker)
    assert await reader.next(0.5) == []
    assert len(broker.requests) > 2


async def test_what_is_said_late_of_a_request_that_was_given_up_is_no_reason_to_ask(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that stood still for a moment would else ask twice a second for ever, and after the next moment thrice."""
    monkeypatch.setattr(pulling, "OPEN", -1)  # given up at once
    reader = pull(broker)
    await reader.next(0)
    monkeypatch.setattr(pulling, "OPEN", 30)
    await reader.next(0)
    assert len(broker.requests) == 2
    await broker.say("408", of=0)
    await reader.next(0)
    assert len(broker.requests) == 2
    await broker.say("408")
    await reader.next(0)
    assert len(broker.requests) == 3


async def test_what_has_come_is_taken_though_nothing_more_can_be_asked_for(broker: Broker) -> None:
    reader = pull(broker)
    await reader.next(0)
    await broker.send(AT_ONCE)
    broker.full = True
    assert len(await reader.next(10)) == AT_ONCE
    with pytest.raises(OutboundBufferLimitError):
        await reader.next(10)
    broker.full = False
    await reader.next(0)
    assert len(broker.requests) == 2


async def test_a_batch_has_its_limit_whatever_number_of_requests_was_answered(broker: Broker) -> None:
    """All that waited behind a reconnect in one transaction would take longer than the broker waits for it."""
    reader = pull(broker)
    await reader.next(0)
    await broker.send(2 * AT_ONCE + 3)
    requests = len(broker.requests)
    assert [len(await reader.next(10)) for _ in range(3)] == [AT_ONCE, AT_ONCE, 3]
    assert len(broker.requests) == requests + 1, "nothing is asked for while enough waits here"


class Taking:
    """An inbox during whose first batch another message comes, and whose database is away right after it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.taken = 0

    async def take(self, letters: Sequence[Letter]) -> Outcome:
        """All of it."""
        self.taken += len(letters)
        await self._broker.send(reply=place(2))
        return Outcome()

    async def carry_out_wishes(self) -> Outcome:
        """Not now."""
        raise ConnectionRefusedError


def place(number: int) -> str:
    """The reply subject of a message of the stream."""
    return f"$JS.ACK.EVT.one.1.{number}.{number}.1.0"


async def test_what_came_meanwhile_is_given_back_though_the_batch_before_it_was_taken(broker: Broker) -> None:
    client, inbox = cast(Client, broker), Taking(broker)
    consumer = Consumer(
        "EVT",
        "one",
        cast(Inbox, inbox),
        connection=client,
        announcer=Announcer("consultation", client),
        failpoints=Failpoints(),
    )
    async with running(consumer):
        await until_async(lambda: bool(broker.requests), "it asks")
        await broker.send(reply=place(1))
        await until_async(lambda: len(broker.answers) > 1, "the second one is given back", limit=5)
    assert inbox.taken == 1
    assert [(subject, payload[:4]) for subject, payload in broker.answers] == [
        (place(1), b""),
        (place(2), b"-NAK"),
    ]


async def test_a_broker_that_cannot_is_not_asked_without_end(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_REFUSED", 30)
    reader = pull(broker)
    await reader.next(0)
    await broker.say("409")
    assert await reader.next(0.05) == []
    assert len(broker.requests) == 1


async def test_a_consumer_that_is_not_there_is_an_error_after_what_has_come(broker: Broker) -> None:
    reader = pull(broker)
    await reader.next(0)
    await broker.send()
    await broker.say("503")
    assert len(await reader.next(10)) == 1
    with pytest.raises(APIError) as raised:
        await reader.next(10)
    assert raised.value.code == 503


async def test_who_stops_waits_no_more(broker: Broker) -> None:
    reader = pull(broker)
    waiting = asyncio.create_task(reader.next(60))
    await until_async(lambda: bool(broker.requests), "it waits", limit=5)
    reader.stop()
    assert await asyncio.wait_for(waiting, 5) == []


async def test_a_broker_says_of_which_request_it_speaks(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or each one would be waited for a little longer than it stays open."""
    monkeypatch.setattr(pulling, "OPEN", 0.1)
    monkeypatch.setattr(pulling, "_GRACE", 30)
    reader = Pull(wire.reader, STREAM, "consultation")

    async def asked_again() -> bool:
        await reader.next(0.1)
        return reader._asked > 2

    await until_async(asked_again, "requests follow on each other", limit=10)
    await reader.close()


async def test_what_a_reader_that_goes_did_not_take_comes_to_the_next_one_at_once(wire: Wire) -> None:
    """Not after ack_wait: what was on its way is given back."""
    aggregates = [uuid4() for _ in range(50)]
    first = Pull(wire.reader, STREAM, "consultation")
    assert await first.next(0) == []
    await wire.state(*(message(aggregate, 1) for aggregate in aggregates))
    async with running(wire.relay()):
        await until_async(lambda: all_marked(wire), "all is in the stream")
    for left in await first.close():
        await left.nak()

    taken: set[str] = set()
    second = Pull(wire.reader, STREAM, "consultation")

    async def all_taken() -> bool:
        for one in await second.next(0.1):
            taken.add((one.headers or {})["ce-aggregate"])
            await one.ack()
        return taken >= {str(aggregate) for aggregate in aggregates}

    await until_async(all_taken, "the next reader has all of them", limit=10)
    await second.close()
