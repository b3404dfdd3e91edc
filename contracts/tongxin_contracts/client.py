"""An agency's side: reads what Tongxin cut for it, through the agency's own account on the bus.

Needs the extra `client` (nats-py, nkeys). Always holds: an event is acknowledged only after the program has dealt with
it, so it comes at least once, whatever dies meanwhile; a lost connection is made again, for ever; credentials that are
refused end the program with words, in Chinese and English, instead of silence.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import nats
import nkeys
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext

from .agency_event import AgencyEvent, UnreadableEvent
from .subjects import AGENCY_STREAM, agency_consumer

log = logging.getLogger("tongxin.agency")
T = TypeVar("T")

BATCH: Final = 100
"""Events asked for at once; far below the 1,000 that may be unacknowledged."""
WAIT: Final = 5.0
"""Seconds one request for events stays open; it returns as soon as there is one."""
PAUSE: Final = 1.0
"""Seconds between two attempts after a fault."""
HOLD: Final = 10.0
"""Every so many seconds the server is told of what is still in hand; after 30 s of silence it delivers again."""


class AgencyRefused(Exception):
    """The server does not take these credentials; trying again will not help. The text says what to do."""


class AgencyClient:
    """One connection of one agency, reading its one durable consumer; `async with` it."""

    def __init__(self, url: str, agency: str, seed_file: Path | str) -> None:
        self.url, self.agency, self.seed_file = url, agency, Path(seed_file)
        self._consumer = agency_consumer(agency)
        self._connection: Client
        self._reader: JetStreamContext.PullSubscription
        self._refusal: asyncio.Future[None]

    @classmethod
    def from_folder(cls, folder: Path | str) -> Self:
        """With the folder that `tongxin agency add` made: `connect.json` and the seed beside it."""
        facts = json.loads((Path(folder) / "connect.json").read_text("utf-8"))
        return cls(facts["url"], facts["agency"], Path(folder) / facts["seed_file"])

    async def __aenter__(self) -> Self:
        """Connect; waits for a server that is away, raises AgencyRefused for credentials it refuses."""
        self._refusal = asyncio.get_running_loop().create_future()
        self._check_seed()
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(
            NatsError, OSError
        ):  # acknowledgements that do not get out only mean that events come again
            await self._connection.flush(timeout=2)
        await self._connection.close()

    async def events(self) -> AsyncIterator[AgencyEvent]:
        """Events as they come, for ever; each one is acknowledged when the loop asks for the next.

        Leaving the loop by `break` or an exception leaves the event in hand unacknowledged: it comes again after 30 s.
        """
        while True:
            in_hand = deque(await self._fetch())
            holding = asyncio.create_task(self._hold(in_hand))
            try:
                while in_hand:
                    event = await self._read(in_hand[0])
                    if event is not None:
                        yield event
                        await self._settle(in_hand[0].ack())
                    in_hand.popleft()
            finally:
                holding.cancel()

    async def run(self, handle: Callable[[AgencyEvent], Awaitable[None]]) -> None:
        """Call `handle` for each event, one after another; an exception of it ends this and the event comes again."""
        async for event in self.events():
            await handle(event)

    async def _connect(self) -> None:
        self._connection = await self._unless_refused(
            nats.connect(
                self.url,
                name=f"agency-{self.agency}",
                nkeys_seed=str(self.seed_file),
                max_reconnect_attempts=-1,
                reconnect_time_wait=PAUSE,
                error_cb=self._on_error,
                reconnected_cb=self._on_reconnect,
            )
        )
        self._reader = await self._connection.jetstream().pull_subscribe_bind(
            consumer=self._consumer, stream=AGENCY_STREAM
        )

    async def _fetch(self) -> list[Msg]:
        while True:
            try:
                if self._connection.is_closed:
                    await self._connect()
                return await self._unless_refused(self._reader.fetch(BATCH, timeout=WAIT))
            except NatsTimeoutError:
                continue
            except (NatsError, OSError) as error:
                log.warning("暂时收不到事件，将继续尝试 / cannot read events now, trying again: %s", error)
                await asyncio.sleep(PAUSE)

    async def _read(self, message: Msg) -> AgencyEvent | None:
        try:
            return AgencyEvent.read(message.headers, message.data)
        except UnreadableEvent as error:
            # The sender's fault: the server keeps a note of it for the operator, and the rest goes on.
            log.error("收到无法识别的事件，已跳过 / skipped an event that cannot be read: %s", error)
            await self._settle(message.term())
            return None

    async def _settle(self, settling: Coroutine[Any, Any, None]) -> None:
        with suppress(NatsError):  # the connection went: the event comes again, with the same id
            await settling

    async def _hold(self, in_hand: deque[Msg]) -> None:
        while True:
            await asyncio.sleep(HOLD)
            for message in tuple(in_hand):
                await self._settle(message.in_progress())

    async def _unless_refused(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        try:
            either: set[asyncio.Future[Any]] = {task, self._refusal}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._refusal.done():
                self._refusal.result()
            return await task
        finally:
            if not task.done():
                task.cancel()
                # The library answers a cancelled fetch with an error of its own; nobody asks for it any more.
                await asyncio.gather(task, return_exceptions=True)

    async def _on_error(self, error: Exception) -> None:
        text = str(error).lower()
        if "authorization violation" in text:
            self._refuse(
                f"服务器不接受 {self.seed_file} 中的密钥：请核对密钥文件与地址 {self.url}，或请运维人员重新执行 "
                f"tongxin agency add {self.agency}。"
                f" The server does not know this key: check the seed file and the address, or ask the operator."
            )
        elif "permissions violation" in text:
            self._refuse(
                f"该密钥不属于机构 {self.agency}：请核对机构标识与密钥文件。"
                f" This key is not of agency {self.agency}: check the agency's id and the seed file."
            )
        else:
            log.warning(
                "连接异常，将继续尝试 / connection trouble, trying again: %s", error or type(error).__name__
            )

    async def _on_reconnect(self) -> None:
        log.info("已重新连接 / connected again")

    def _refuse(self, text: str) -> None:
        if not self._refusal.done():
            self._refusal.set_exception(AgencyRefused(text))

    def _check_seed(self) -> None:
        try:
            nkeys.from_seed(bytearray(self.seed_file.read_bytes().strip())).wipe()
        except FileNotFoundError as error:
            raise AgencyRefused(
                f"找不到密钥文件 {self.seed_file}。 There is no seed file {self.seed_file}."
            ) from error
        except (OSError, ValueError, nkeys.NkeysError) as error:
            raise AgencyRefused(
                f"密钥文件 {self.seed_file} 无法读取或已损坏。 The seed file {self.seed_file} cannot be read."
            ) from error
