"""Connections to NATS, the serving of commands and queries, and the calling of them.

FastStream serves `cmd.*` and `qry.*`, and only through `Desk` here. Always holds: whoever asks gets an answer or a
problem, never silence, except for requests whose deadline has passed: nobody waits for those any more. On stop, what
was received is answered before the connection goes.
"""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlparse
from uuid import UUID

import structlog
from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsMessage, NatsResponse
from faststream.nats.security import NatsNKey
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import ValidationError

from chassis import problems, telemetry
from chassis.clock import Clock
from chassis.identity import Actor, TokenSigner
from chassis.settings import Settings
from tongxin_contracts.envelope import AS_OF, COMMAND_ID, DEADLINE, STATUS, TOKEN, TRACEPARENT
from tongxin_contracts.message import Answer, Request
from tongxin_contracts.problems import Problem

log = structlog.get_logger()

_DRAIN_LIMIT: Final = 5.0
"""Seconds the server gets to confirm that it sends no more requests."""
_PING_INTERVAL: Final = 3
_PINGS_UNANSWERED: Final = 2
"""A server that is silent for 6 to 9 s is left for another one: a cluster goes on without it, so we must too (F19)."""
REFUSALS: Final = 20
"""So often in a row, some five seconds long, the bus may refuse a process' key before it ends to be started anew."""
REQUEST_TIMEOUT: Final = 5.0
"""Seconds a caller waits; the deadline header says so to the service."""


async def wait_for_port(url: str, *, limit: float = 30.0) -> None:
    """Wait until one of the servers listens; a first connect that fails costs nats-py two seconds (facts.md)."""
    servers = [urlparse(server) for server in url.split(",")]
    deadline = asyncio.get_running_loop().time() + limit
    while True:
        for parsed in servers:
            try:
                place = (parsed.hostname or "127.0.0.1", parsed.port or 4222)
                await asyncio.to_thread(_knock, place)
            except OSError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            else:
                return
        await asyncio.sleep(0.05)


def _knock(place: tuple[str, int]) -> None:
    socket.create_connection(place, 1).close()


def connection_options(
    settings: Settings,
    service: str,
    *,
    on_lost: Callable[[], None] | None = None,
    leaving: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """How every connection of a service is made: it never gives up and says when something is wrong.

    `on_lost` is called when the client closed itself for good, which it does after most errors the server reports: a
    process that stays with a closed connection lives and does nothing. While `leaving`, a connection that ends is no news.
    """

    refused = 0

    async def on_error(error: Exception) -> None:
        nonlocal refused
        log.warning("bus_error", error=type(error).__name__, text=str(error)[:200])
        refused += "authorization violation" in str(error).lower()
        if refused == REFUSALS and on_lost is not None:
            # Its key was changed: a new process reads the new one, this one would ask for ever.
            log.critical("bus_refuses_this_key")
            on_lost()

    async def on_disconnect() -> None:
        if not leaving():
            log.warning("bus_disconnected")

    async def on_reconnect() -> None:
        nonlocal refused
        refused = 0
        log.info("bus_reconnected")

    async def on_closed() -> None:
        if on_lost is not None:
            on_lost()

    return {
        # In an order of this connection's own, which it keeps: nats-py would shuffle anew at every reconnection, and one
        # that left a server would come back to it one time in three (F19).
        "servers": random.sample(servers := settings.nats_url.split(","), len(servers)),
        "dont_randomize": True,
        "inbox_prefix": f"_INBOX.{service}".encode(),
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": 0.25,
        "ping_interval": _PING_INTERVAL,
        "max_outstanding_pings": _PINGS_UNANSWERED,
        "pending_size": 16 * 1024 * 1024,
        "error_cb": on_error,
        "disconnected_cb": on_disconnect,
        "reconnected_cb": on_reconnect,
        "closed_cb": on_closed,
    }


async def connect(settings: Settings, service: str, *, on_lost: Callable[[], None] | None = None) -> Client:
    """A raw connection of a service, for events, hints and pokes; see `connection_options` about `on_lost`."""
    await wait_for_port(settings.nats_url)
    client = Client()
    options = connection_options(settings, service, on_lost=on_lost, leaving=lambda: client.is_closed)
    await client.connect(nkeys_seed=str(settings.nats_seed_file), name=service, **options)
    return client


Respond = Callable[[type[Request], bytes, Mapping[str, str]], Awaitable[tuple[int, bytes] | None]]
"""Body and headers in, status and body out; None when nobody waits for it any more."""


class Desk:
    """Where a service receives commands and queries."""

    def __init__(
        self,
        settings: Settings,
        service: str,
        requests: Sequence[type[Request]],
        respond: Respond,
        *,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self._settings = settings
        self._respond = respond
        self._leaving = False
        self.broker = make_broker(settings, service, on_lost=on_lost, leaving=lambda: self._leaving)
        self._subscribers = [self._subscribe(request, service) for request in requests]

    def _subscribe(self, request: type[Request], service: str) -> Any:
        async def receive(message: NatsMessage) -> NatsResponse | None:
            answered = await self._respond(request, message.body, message.headers)
            if answered is None:
                return None
            status, body = answered
            return NatsResponse(body, headers={STATUS: str(status), "content-type": "application/json"})

        subscriber = self.broker.subscriber(
            request.subject(),
            queue=service,
            max_workers=self._settings.pool_size,
            decoder=_as_it_is,
            ack_policy=AckPolicy.MANUAL,  # a request is answered and not acknowledged
            title=request.subject(),
            description=request.__doc__,
        )
        subscriber(receive)
        return subscriber

    async def start(self) -> None:
        """Begin to listen."""
        await wait_for_port(self._settings.nats_url)
        await self.broker.start()

    async def stop(self) -> None:
        """Take no more, answer what was taken, then go; FastStream alone would drop what waits in its queue.

        A bus that is away is not waited for: nobody can be answered, and what was committed is.
        """
        draining = [asyncio.ensure_future(one.subscription.drain()) for one in self._subscribers]
        if draining:
            done, late = await asyncio.wait(draining, timeout=_DRAIN_LIMIT)
            for task in late:
                task.cancel()
            failed = [task.exception() for task in done if task.exception() is not None]
            if late or failed:
                log.warning("drain_incomplete", subjects=len(late) + len(failed), error=repr(failed[:1]))
        limit = asyncio.get_running_loop().time() + self._settings.stop_grace
        while not all(map(_is_idle, self._subscribers)) and asyncio.get_running_loop().time() < limit:
            await asyncio.sleep(0.01)
        for subscriber in self._subscribers:
            subscriber.subscription = None
        self._leaving = True
        await self.broker.stop()


def make_broker(
    settings: Settings,
    service: str,
    *,
    on_lost: Callable[[], None] | None = None,
    leaving: Callable[[], bool] = lambda: False,
) -> NatsBroker:
    """FastStream's broker with our options; logging is ours."""
    return NatsBroker(
        security=NatsNKey(settings.nats_seed_file),
        logger=None,
        graceful_timeout=settings.stop_grace,
        name=f"{service}-desk",
        apply_types=False,  # a handler gets the message as it is; solving dependencies costs a thread a request
        **connection_options(settings, service, on_lost=on_lost, leaving=leaving),
    )


async def _as_it_is(message: NatsMessage) -> NatsMessage:
    return message


def _is_idle(subscriber: Any) -> bool:
    statistics = subscriber.send_stream.statistics()
    return bool(statistics.current_buffer_used == 0 and subscriber.limiter.value == subscriber.max_workers)


class Caller:
    """The portal's way to commands and queries: one request, one answer or one refusal.

    A timeout or a missing responder is repeated once with the same id, so a command cannot happen twice.
    """

    def __init__(self, connection: Client, signer: TokenSigner, clock: Clock) -> None:
        self._connection = connection
        self._signer = signer
        self._clock = clock

    async def call(
        self,
        request: Request,
        actor: Actor,
        request_id: UUID,
        *,
        timeout: float = REQUEST_TIMEOUT,
        as_of: datetime | None = None,
    ) -> Answer:
        """The answer; raises the Refusal the service gave, or Unavailable when nobody answered twice.

        `as_of` is for rehearsals, see `chassis/rehearsal.py`.
        """
        with telemetry.span(
            f"send {request.subject()}", kind="client", attributes=telemetry.messaging(request.subject())
        ):
            body = request.model_dump_json().encode()
            for attempt in (1, 2):
                try:
                    reply = await self._connection.request(
                        request.subject(),
                        body,
                        timeout=timeout,
                        headers=self._headers(request, actor, request_id, body, timeout, as_of),
                    )
                    break
                except (NatsTimeoutError, NoRespondersError, TimeoutError) as error:
                    log.warning("no_answer", subject=request.subject(), attempt=attempt)
                    if attempt == 2:
                        raise problems.Unavailable from error
                    if isinstance(error, NoRespondersError):
                        await asyncio.sleep(0.5)
                except MaxPayloadError as error:
                    raise problems.TooLarge from error
                except NatsError as error:
                    log.warning("request_not_sent", subject=request.subject(), error=type(error).__name__)
                    raise problems.Unavailable from error
            status = int((reply.headers or {}).get(STATUS, "0"))
            if status == 0:
                # The service found our deadline passed and did nothing: at the last moment, or our clocks differ.
                log.warning("taken_for_late", subject=request.subject())
                raise problems.Unavailable
            if status >= 400:
                raise problems.raised_again(Problem.model_validate_json(reply.data))
            try:
                return request.answer.model_validate_json(reply.data)
            except ValidationError as error:
                # A newer service's: this process is upgraded next (ADR 0015). What was asked is done all the same.
                log.error("answer_unreadable", subject=request.subject(), errors=error.error_count())
                raise problems.Unavailable("系统正在升级，请稍后刷新查看") from error

    def _headers(
        self,
        request: Request,
        actor: Actor,
        request_id: UUID,
        body: bytes,
        timeout: float,
        as_of: datetime | None,
    ) -> dict[str, str]:
        now = self._clock.now()
        headers = {
            TOKEN: self._signer.sign(
                actor, service=request.service, request_id=request_id, body=body, now=now
            ),
            COMMAND_ID: str(request_id),
            DEADLINE: str(int((now.timestamp() + timeout) * 1000)),
        }
        if as_of is not None:
            headers[AS_OF] = as_of.isoformat()
        traceparent = telemetry.current_traceparent()
        if traceparent:
            headers[TRACEPARENT] = traceparent
        return headers
