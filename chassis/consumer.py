"""Pulls events from one stream and puts them through the inbox, for ever.

What has arrived is taken, 500 at most; the next ones come over meanwhile (`pulling.py`). Acknowledged is only what is
committed. Whatever aborts a batch is logged once, the batch is given back with a delay and comes again.
"""

import asyncio
import time

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from chassis.announcing import Announcer
from chassis.database import is_transient
from chassis.failpoints import Failpoints
from chassis.held import Letter
from chassis.inbox import Inbox, Outcome
from chassis.pulling import Pull

log = structlog.get_logger()

_LONGEST_PAUSE = 2.0
"""Seconds between attempts while the bus or the database is away: a leader is chosen in four to eight (F19)."""
_PARTS_WITHOUT_DOMAIN = 9
_WAIT = 1.0
"""Seconds after which it looks up although nothing came; also how often wishes about dead letters are looked for."""


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
        self._inbox = inbox
        self._failpoints = failpoints
        self._announcer = announcer
        self._pull = Pull(connection, stream, durable)
        self._stopping = False
        self._looked = 0.0

    async def run(self) -> None:
        """Fetch, take, acknowledge; after a failure pause and begin again."""
        pause = 0.1
        while not self._stopping:
            messages: list[Msg] = []
            try:
                messages = await self._pull.next(_WAIT)
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
                await _give_back([*messages, *self._pull.take()], pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        await _give_back(await self._pull.close(), 0)

    def stop(self) -> None:
        """Finish the batch in hand and fetch no more."""
        self._stopping = True
        self._pull.stop()

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
            if not message.is_acked:  # what was taken is done with, whatever failed after it
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
