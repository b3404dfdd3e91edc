"""Pulls events from one stream and puts them through the inbox, for ever.

A raw nats-py fetch loop: it returns as soon as anything is there, up to 500 at once; behind a full batch there is
more, and the next one comes over while that one is taken. Acknowledged is only what is committed. Whatever aborts a
batch is logged once, the batch is given back with a delay and comes again.
"""

import asyncio
import time
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import FetchTimeoutError

from chassis.announcing import Announcer
from chassis.database import is_transient
from chassis.failpoints import Failpoints
from chassis.held import Letter
from chassis.inbox import Inbox, Outcome

log = structlog.get_logger()

BATCH = 500
_LONGEST_PAUSE = 2.0
"""Seconds between attempts while the bus or the database is away: a leader is chosen in four to eight (F19)."""
_PARTS_WITHOUT_DOMAIN = 9
_WAIT = 1.0
"""Seconds one fetch stays open; also how often wishes about dead letters are looked for."""


class Consumer:
    """One durable consumer on one stream."""

    def __init__(
        self,
        stream: str,
        durable: str,
        inbox: Inbox,
        *,
        connection: Client,
        announcer: Announcer,
        failpoints: Failpoints,
    ) -> None:
        self.stream = stream
        self.durable = durable
        self._inbox = inbox
        self._bus = connection
        self._failpoints = failpoints
        self._announcer = announcer
        self._subscription: JetStreamContext.PullSubscription | None = None
        self._ahead: asyncio.Task[list[Msg]] | None = None
        self._stopping = False
        self._looked = 0.0

    async def run(self) -> None:
        """Fetch, take, acknowledge; after a failure pause and begin again."""
        pause = 0.1
        while not self._stopping:
            messages: list[Msg] = []
            try:
                messages = await self._next()
                if messages:
                    await self._take(messages)
                await self._look_for_wishes()
                pause = 0.1
            except Exception as error:
                # The border of the loop: nothing was committed or nothing was acknowledged, so all of it comes again.
                if not (is_transient(error) or isinstance(error, NatsError)):
                    log.exception("batch_failed", stream=self.stream)
                log.warning(
                    "batch_postponed", stream=self.stream, error=f"{type(error).__name__}: {error}"[:300]
                )
                messages = messages + await self._fetched_ahead()
                await self._unsubscribe()
                await _give_back(messages, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        await _give_back(await self._fetched_ahead(), 0)

    def stop(self) -> None:
        """Finish the batch in hand and fetch no more."""
        self._stopping = True

    async def _next(self) -> list[Msg]:
        ahead, self._ahead = self._ahead, None
        messages = await (ahead or self._fetch())
        if len(messages) == BATCH:
            self._ahead = asyncio.create_task(self._fetch())
        return messages

    async def _fetched_ahead(self) -> list[Msg]:
        """What came over for a batch that will not be taken here and now."""
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return []
        [found] = await asyncio.gather(ahead, return_exceptions=True)
        return [] if isinstance(found, BaseException) else found

    async def _fetch(self) -> list[Msg]:
        if self._subscription is None:
            self._subscription = await self._bus.jetstream().pull_subscribe_bind(
                consumer=self.durable, stream=self.stream
            )
        try:
            return await self._subscription.fetch(BATCH, timeout=_WAIT)
        except (FetchTimeoutError, NatsTimeoutError, TimeoutError):
            return []

    async def _unsubscribe(self) -> None:
        """Begin anew with the next fetch, and leave nothing of the old one in the client."""
        old, self._subscription = self._subscription, None
        with suppress(NatsError):
            if old is not None:
                await old.unsubscribe()

    async def _take(self, messages: list[Msg]) -> None:
        outcome = await self._inbox.take([_letter(message) for message in messages])
        self._failpoints.reach("after_reaction_before_ack")
        for message in messages:
            await message.ack()
        await self._tell(outcome)

    async def _look_for_wishes(self) -> None:
        if time.monotonic() - self._looked < _WAIT:
            return
        self._looked = time.monotonic()
        await self._tell(await self._inbox.carry_out_wishes())

    async def _tell(self, outcome: Outcome) -> None:
        for work in outcome.works:
            await self._announcer.tell(work)


async def _give_back(messages: list[Msg], pause: float) -> None:
    """Ask for the batch again soon; where even that fails the broker hands it out after ack_wait."""
    try:
        for message in messages:
            await message.nak(delay=pause)
    except NatsError as error:
        log.info("batch_left_to_ack_wait", error=type(error).__name__)


def _letter(message: Msg) -> Letter:
    return Letter(
        subject=message.subject,
        headers=message.headers or {},
        payload=message.data,
        stream_sequence=_stream_sequence(message.reply),
    )


def _stream_sequence(reply: str) -> int:
    """The message's place in its stream, from `$JS.ACK.[domain.account.]stream.consumer.delivered.place.…`.

    What nats-py's `metadata` says as well, without the rest of it.
    """
    parts = reply.split(".")
    return int(parts[5] if len(parts) == _PARTS_WITHOUT_DOMAIN else parts[7])
