"""Puts one service together: the one place where things meet. Start reading here; `chassis/serving.py` runs it.

A service is a table of contents (`Service`); everything it needs is made in `Running`, in the order it is needed, and
ended in the opposite order.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from chassis import bus, gauges, handling, housekeeping, migrations, restored, telemetry
from chassis.announcing import Announcer
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.deadlines import FireDeadline, Sweeper, Together
from chassis.drift import find_drift
from chassis.failpoints import Failpoints
from chassis.files import ObjectStoreFiles
from chassis.health import Watchdog
from chassis.identity import Actor, TokenVerifier
from chassis.ids import new_id
from chassis.inbox import Inbox, Reaction
from chassis.invariants import Invariant
from chassis.islands import leave_islands
from chassis.keepers import Keeper
from chassis.relay import Relay
from chassis.rounds import keep_doing
from chassis.sealing import Sealer
from chassis.settings import Settings
from chassis.tellers import Teller
from chassis.watching import Figures, Watch
from chassis.work import Tools, Work
from tongxin_contracts.message import Event
from tongxin_contracts.subjects import PERSON_STREAM, ServiceName, consumer_name, poke_subject

log = structlog.get_logger()


SETTLING: Final = 60.0
"""Seconds after the start in which what fell due meanwhile is caught up with; only then it is looked at."""
CANCELLED_AGAIN: Final = 5.0
"""Seconds after which what was cancelled and still runs is cancelled again; a relay that leaves takes up to four."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service's table of contents."""

    name: ServiceName
    handlers: Sequence[handling.Handler] = ()
    """Commands and queries."""
    reactions: Mapping[type[Event], Reaction] = field(default_factory=dict)
    """Foreign events it takes, each with its function."""
    deadlines: Mapping[str, FireDeadline | Together] = field(default_factory=dict)
    """Kinds of deadline, each with what happens when it passes."""
    keepers: Sequence[Keeper] = ()
    """What it keeps of others' aggregates, so that a state can take its place; see `chassis/keepers.py`."""
    tellers: Sequence[Teller] = ()
    """What it tells of its own aggregates to whoever does not know them; see `chassis/tellers.py`."""
    streams: Sequence[str] = ()
    """Streams its relays write; nobody else does."""
    workers: Sequence["Worker"] = ()
    """What it does by itself for as long as it runs: sending mail, calling webhooks; see `chassis/rounds.py`."""
    invariants: Sequence[type[Invariant]] = ()
    """What must always hold in its data, looked at while it runs."""
    figures: Sequence[Figures] = ()
    """Reads the figures of its work for operators, once a minute."""
    settings: type[Settings] = Settings
    """Its settings, where it has some of its own."""
    door: Callable[["Running"], Awaitable["Door"]] | None = None
    """Makes its HTTP application, for the one service that has one."""

    @property
    def follows(self) -> tuple[str, ...]:
        """Streams it has a consumer on: wherever an event lives that it reacts to."""
        return tuple(sorted({event.stream() for event in self.reactions}))


Worker = Callable[["Running"], Awaitable[None]]
"""Runs beside everything else until it is cancelled; `running.open_work` gives it transactions."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """An HTTP application that runs beside everything else of its service."""

    application: Any
    """ASGI."""
    host: str
    port: int
    close: Callable[[], None] = lambda: None
    """Called first on stop, so that connections that never end by themselves do."""


class Running:
    """One process of a service."""

    def __init__(self, service: Service, settings: Settings, clock: Clock) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.failpoints = Failpoints(settings.failpoint)
        self.database = Database(settings.database_url, pool_size=settings.pool_size)
        self.worker_database = Database(
            settings.database_worker_url,
            pool_size=max(2, len(service.follows) + bool(service.deadlines) + len(service.workers) + 2),
            name="worker",
        )
        self.epoch = 1
        self.connection: Client
        self.tools: Tools
        self.announcer: Announcer
        self.front: handling.Front
        self.relays: list[Relay] = []
        self.consumers: list[Consumer] = []
        self.sweeper: Sweeper | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Connect, check that both roles are bound, and begin."""
        settings, name = self.settings, self.service.name
        self.connection = await bus.connect(settings, name, on_lost=self.bus_lost)
        for database in (self.database, self.worker_database):
            await database.refuse_unbound_role()
        self.tools = Tools(
            clock=self.clock,
            files=ObjectStoreFiles(self.connection.jetstream()),
            sealer=Sealer.from_file(settings.sealing_key_file),
            settings=settings,
            floors=await self._floors(),
        )
        epoch = self.epoch = await self._epoch()
        self.announcer = Announcer(name, self.connection, self.relays)
        self._make_front(epoch)
        self._make_relays()
        self._make_consumers(epoch)
        self._begin(Watchdog(name).run())
        if settings.rehearsal:
            log.warning(
                "rehearsal", note="commands may name a past instant; no deadline fires, no worker runs"
            )
        else:
            self._begin_watching()
            self._begin(
                keep_doing(
                    "housekeeping",
                    lambda: housekeeping.tidy(self.worker_database),
                    interval=housekeeping.INTERVAL,
                )
            )
            for worker in self.service.workers:
                self._begin(worker(self))
        await self._listen_for_pokes()

    def _begin_watching(self) -> None:
        watch = Watch(
            self.service.name,
            database=self.worker_database,
            connection=self.connection,
            clock=self.clock,
            streams=self.service.streams,
            invariants=[invariant() for invariant in self.service.invariants],
            figures=self.service.figures,
        )
        for name, look, interval in (
            ("figures", watch.read_figures, self.settings.figures_interval),
            ("invariants", watch.check_invariants, self.settings.invariants_interval),
        ):
            self._begin(_keep_looking(name, look, interval))

    async def _floors(self) -> Mapping[UUID, int]:
        """After a restore: refuse to begin before it was reconciled, and know which versions are taken."""
        async with self.worker_database.transaction() as tx:
            await restored.refuse_unreconciled(tx.raw, self.service.name)
            return await restored.floors(tx.raw)

    async def _epoch(self) -> int:
        async with self.database.transaction() as tx:
            found: int = await tx.raw.fetchval("select epoch from epoch")
        return found

    def _make_front(self, epoch: int) -> None:
        self.front = handling.Front(
            self.service.name,
            self.service.handlers,
            database=self.database,
            verifier=TokenVerifier.from_file(self.settings.token_public_key_file, service=self.service.name),
            tools=self.tools,
            announcer=self.announcer,
            failpoints=self.failpoints,
            epoch=epoch,
            rehearsal=self.settings.rehearsal,
        )

    def _make_relays(self) -> None:
        for stream in self.service.streams:
            relay = Relay(
                stream,
                database_url=self.settings.database_worker_url,
                connection=self.connection,
                failpoints=self.failpoints,
                poll_interval=self.settings.poll_interval,
                forget_payload=stream == PERSON_STREAM,
            )
            self.relays.append(relay)
            self._begin(relay.run())

    def _make_consumers(self, epoch: int) -> None:
        durable = consumer_name(self.service.name)
        for stream in self.service.follows:
            reactions = {
                event: react for event, react in self.service.reactions.items() if event.stream() == stream
            }
            inbox = Inbox(
                self.service.name,
                f"{durable}:{stream}",
                reactions,
                database=self.worker_database,
                tools=self.tools,
                epoch=epoch,
                rehearsal=self.settings.rehearsal,
            )
            self.consumers.append(
                Consumer(
                    stream,
                    durable,
                    inbox,
                    connection=self.connection,
                    announcer=self.announcer,
                    failpoints=self.failpoints,
                )
            )
        if self.service.deadlines and not self.settings.rehearsal:
            self.sweeper = Sweeper(self.open_work, self.service.deadlines)
            self._begin(self.sweeper.run())

    @asynccontextmanager
    async def open_work(self, *, committees: Iterable[str] | None) -> AsyncIterator[Work]:
        """A worker's transaction for what happens by itself, in the name of these committees."""
        async with self.worker_database.transaction(committees or ()) as tx:
            work = Work(
                service=self.service.name,
                tx=tx,
                tools=self.tools,
                actor=Actor.system(self.service.name, ""),
                committee="",
                now=self.clock.now(),
                request_id=new_id(),
                epoch=self.epoch,
            )
            yield work
            await work.flush()
        await self.announcer.tell(work)

    async def _listen_for_pokes(self) -> None:
        async def poked(message: Msg) -> None:
            self.announcer.poked(message.data)

        if self.relays:
            await self.connection.subscribe(poke_subject(self.service.name), cb=poked)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(say_if_it_failed)
        self._tasks.append(task)

    def begin_consumers(self) -> list[asyncio.Task[None]]:
        """Start pulling; kept apart because they end first."""
        tasks = [asyncio.create_task(consumer.run()) for consumer in self.consumers]
        for task in tasks:
            task.add_done_callback(say_if_it_failed)
        return tasks

    async def collect(self) -> None:
        """Gauges that are read when somebody asks for metrics."""
        name = self.service.name
        gauges.read_pools(app=self.database, worker=self.worker_database)
        if self.sweeper is not None and self.sweeper.last_success is not None:
            age = asyncio.get_running_loop().time() - self.sweeper.last_success
            telemetry.SWEEP_AGE_SECONDS.labels(name).set(age)
        await gauges.each_by_itself(
            gauges.read_outbox(self.worker_database, self.service.streams),
            gauges.read_letters(self.worker_database, name),
            gauges.read_restored(self.worker_database, name),
        )

    async def check_database(self) -> list[str]:
        """Reachable, and at the newest migration or ahead of it: an older release goes on while a newer one comes."""
        async with self.database.transaction() as tx:
            at = await tx.raw.fetchval("select version_num from alembic_version")
        wanted = migrations.newest_revision(self.service.name)
        if at == wanted or migrations.is_ahead(self.service.name, at):
            return []
        return [f"database is at {at}, this code needs {wanted}: run `tongxin migrate`"]

    async def check_bus(self) -> list[str]:
        """Connected, and streams and consumers as provisioned."""
        # Unknown, and therefore absent, while nobody can say.
        telemetry.DRIFT.clear()
        if not self.connection.is_connected:
            return ["not connected to NATS"]
        found = await find_drift(
            self.connection,
            streams=self.service.streams,
            service=self.service.name,
            follows=self.service.follows,
            ack_wait=self.settings.ack_wait,
        )
        telemetry.DRIFT.labels(self.service.name).set(len(found))
        return found

    def leave_islands(self, *connections: Client) -> None:
        """Keep these connections off servers that have lost the others."""
        streams = [*self.service.streams, *self.service.follows]
        for connection in connections:
            self._begin(leave_islands(connection, self.settings.nats_url, streams))

    def bus_lost(self) -> None:
        """A client closed itself for good: end in order, so that the process is started anew."""
        if not self._stopping:
            log.critical("bus_closed")
            signal.raise_signal(signal.SIGTERM)

    def begin_to_stop(self) -> None:
        """From here on connections may close."""
        self._stopping = True

    async def stop(self) -> None:
        """End what runs in the background and close connections."""
        self.begin_to_stop()
        await end_all(self._tasks)
        await self.announcer.close()
        # Not drain(): it waits for pull subscriptions, whose last status messages nobody takes any more.
        with suppress(NatsError, TimeoutError):  # a bus that is away takes nothing any more
            await self.connection.flush(timeout=2)
        await self.connection.close()
        await self.database.close()
        await self.worker_database.close()


async def _keep_looking(name: str, look: Callable[[], Awaitable[int]], interval: float) -> None:
    await asyncio.sleep(min(interval, SETTLING))
    await keep_doing(name, look, interval=interval)


async def end_all(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they are over; before Python 3.12 `wait_for`, a library's too, may lose a cancellation."""
    going = {task for task in tasks if not task.done()}
    while going:
        for task in going:
            task.cancel()
        _over, going = await asyncio.wait(going, timeout=CANCELLED_AGAIN)


def say_if_it_failed(task: asyncio.Task[None]) -> None:
    """End the process in order when something that should run for ever ended with an error."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("background_work_ended", error=repr(task.exception()))
        signal.raise_signal(signal.SIGTERM)
