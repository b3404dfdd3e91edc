"""A durable consumer's messages as they come: one request stays open at the broker, and what arrives meanwhile waits here.

nats-py's `fetch` asks for each batch and is told each time that there is no more: two trips before anything can be taken.
Here whoever comes back from a batch finds the next one waiting. Always holds: at most `AT_ONCE` messages wait beside those
in hand, and as many are on their way, so that none gets old in a queue; a request that nobody answers, because its
connection or its leader is gone, is asked again after `OPEN` seconds and a little.
"""

import asyncio
import json
from contextlib import suppress
from typing import Final

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import Header, StatusCode
from nats.js.errors import APIError

AT_ONCE: Final = 500
OPEN: Final = 1.0
"""Seconds one request stays open."""
_GRACE: Final = 0.5
"""Seconds after which the broker should have said that a request is over."""
_REFUSED: Final = 0.1
"""Seconds until a request that the broker could not keep is asked again: a leader changes, it shuts down."""
_OVER: Final = (StatusCode.NO_MESSAGES, StatusCode.REQUEST_TIMEOUT)


class Pull:
    """What one process takes from one durable consumer."""

    def __init__(self, connection: Client, stream: str, durable: str) -> None:
        self._bus = connection
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = ""
        self._asked = 0
        """Requests so far; each has an address of its own, so that what is said of an earlier one is known as that."""
        self._subscription: Subscription | None = None
        self._arrived: list[Msg] = []
        self._to_come = 0
        """Messages that the open request may still bring."""
        self._asks_at = 0.0
        """When the next request is due: at once behind one that is over, later behind one that is open."""
        self._failure: APIError | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._stopping = False

    async def next(self, longest: float) -> list[Msg]:
        """What has arrived, `AT_ONCE` at most; waits for the first one, and after `longest` seconds gives none.

        Raises APIError where the broker has no such consumer.
        """
        end = _now() + longest
        while True:
            await self._keep_asking()
            if self._arrived or self._failure is not None or self._stopping or _now() >= end:
                break
            await self._wait_until(min(end, self._asks_at))
        # More than asked for is there where a request that was given up was answered after all, as behind a reconnect.
        taken, self._arrived = self._arrived[:AT_ONCE], self._arrived[AT_ONCE:]
        if not taken and self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if taken:
            # What is in hand is not lost for it: the next call asks again, and says why it cannot.
            with suppress(NatsError):
                await self._keep_asking()
        return taken

    def take(self) -> list[Msg]:
        """All that has arrived, without waiting."""
        taken, self._arrived = self._arrived, []
        return taken

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._stopping = True
        self._wake()

    async def close(self) -> list[Msg]:
        """End the subscription; returns what was still on its way to it, so that it can be given back."""
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(_GRACE):
                if self._subscription is not None:
                    await self._subscription.drain()  # type: ignore[no-untyped-call]
        return self.take()

    async def _keep_asking(self) -> None:
        """Have one request open, unless what waits here is enough for now."""
        if self._subscription is None:
            self._inbox = self._bus.new_inbox()
            self._subscription = await self._bus.subscribe(f"{self._inbox}.*", cb=self._on_message)
        if self._stopping or self._arrived or _now() < self._asks_at:
            return
        self._asked += 1
        self._to_come, self._asks_at = AT_ONCE, _now() + OPEN + _GRACE
        wanted = {"batch": AT_ONCE, "expires": int(OPEN * 1e9)}
        try:
            await self._bus.publish(self._subject, json.dumps(wanted).encode(), reply=self._address())
        except NatsError:
            self._asks_at = 0.0  # nothing is open
            raise

    def _address(self) -> str:
        """Where the last request is answered."""
        return f"{self._inbox}.{self._asked}"

    async def _on_message(self, message: Msg) -> None:
        status = message.headers.get(Header.STATUS) if message.headers else None
        if status is None:
            self._arrived.append(message)
            self._to_come -= 1
            if self._to_come == 0:
                self._asks_at = 0.0
        elif message.subject != self._address():
            return  # late, of a request that was given up: asked again for it as well, two would be open for ever
        elif status in _OVER:
            self._asks_at = 0.0
        elif status == StatusCode.CONFLICT:
            self._asks_at = _now() + _REFUSED
        elif status != StatusCode.CONTROL_MESSAGE:
            self._asks_at, self._failure = _now() + _REFUSED, _failure(message)
        self._wake()

    async def _wait_until(self, instant: float) -> None:
        """Until something arrives; a bare future and a timer, because this is done for each batch."""
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        timer = loop.call_later(max(0.0, instant - _now()), self._wake)
        try:
            await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _failure(message: Msg) -> APIError:
    headers = message.headers or {}
    return APIError(
        code=int(headers[Header.STATUS]),
        description=headers.get(Header.DESCRIPTION, "the request was refused"),
    )
