"""One sender and one reader, made of the chassis' own parts, on a stack without services.

The sender writes into proposals' outbox and relays as proposals; the reader takes them as consultation does, into a
table that counts every effect, so that nothing done twice can hide behind a unique key.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from nats.aio.client import Client

from chassis import bus, outbox
from chassis.announcing import Announcer
from chassis.clock import SystemClock
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.failpoints import Failpoints
from chassis.files import ObjectStoreFiles
from chassis.held import Letter
from chassis.ids import new_id
from chassis.inbox import Inbox, Incoming
from chassis.outbox import Outgoing
from chassis.relay import Relay
from chassis.sealing import Sealer
from chassis.settings import Settings
from chassis.work import Tools, Work
from infra.local.stack import Stack
from tests.house import COUNTY, portal_settings
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.proposals.events import ProposalReturned

STREAM = "EVT_PROPOSALS"
FAILS = "这一件处理不了"


@dataclass(slots=True)
class Wire:
    """Both ends."""

    stack: Stack
    sender: Client
    reader: Client
    outbox: Database
    inbox_database: Database
    admin: Any
    mended: bool = False
    """Once set, the reaction takes what it failed on before."""
    calls: list[int] = field(default_factory=list)
    """How many events each call of the reaction was given."""
    instants: list[datetime] = field(default_factory=list)
    """When each call of the reaction acted."""

    def relay(self, connection: Client | None = None, *, poll_interval: float = 0.05) -> Relay:
        """A relay of proposals, on the sender's connection or another; several may run."""
        return Relay(
            STREAM,
            database_url=self.stack.database_url("proposals", "worker"),
            connection=connection or self.sender,
            failpoints=Failpoints(),
            poll_interval=poll_interval,
        )

    def inbox(self, consumer: str, database: Database | None = None, *, rehearsal: bool = False) -> Inbox:
        """A reader under a name of its own, so that tests do not share gates."""
        tools = Tools(
            clock=SystemClock(),
            files=ObjectStoreFiles(self.reader.jetstream()),
            sealer=Sealer.from_file(self.stack.keys.sealing),
        )
        return Inbox(
            "consultation",
            consumer,
            {ProposalReturned: self._react},
            database=database or self.inbox_database,
            tools=tools,
            epoch=1,
            rehearsal=rehearsal,
        )

    def consumer(self, name: str) -> Consumer:
        """A pulling reader on the provisioned durable."""
        return Consumer(
            STREAM,
            "consultation",
            self.inbox(name),
            connection=self.reader,
            announcer=Announcer("consultation", self.reader),
            failpoints=Failpoints(),
        )

    async def _react(self, events: Sequence[Incoming[ProposalReturned]], work: Work) -> None:
        self.calls.append(len(events))
        self.instants.append(work.now)
        if not self.mended and any(event.data.reason == FAILS for event in events):
            raise ValueError(FAILS)
        await work.tx.raw.execute(
            "insert into effect (aggregate, version) select * from unnest($1::uuid[], $2::int[])",
            [event.envelope.aggregate for event in events],
            [event.envelope.version for event in events],
        )

    async def reconnect(self) -> None:
        """After the database was away: what tests look through has to be opened again."""
        await self.outbox.close()
        await self.admin.close()
        self.admin = await asyncpg.connect(self.stack.admin_url.rsplit("/", 1)[0] + "/consultation")

    async def state(self, *messages: Outgoing) -> None:
        """Put messages into the outbox, committed."""
        async with self.outbox.transaction([COUNTY]) as tx:
            await outbox.write(tx, messages)

    async def effects(self, aggregate: UUID) -> list[int]:
        """Versions that took effect on an aggregate, in the order they did."""
        rows = await self.admin.fetch(
            "select version from effect where aggregate = $1 order by id", aggregate
        )
        return [row["version"] for row in rows]

    async def streamed(self, aggregate: UUID) -> list[int]:
        """Versions of an aggregate in the stream, in its order."""
        stream = self.sender.jetstream()
        state = (await stream.stream_info(STREAM)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1):
            message = await stream.get_msg(STREAM, sequence, direct=True)
            headers = message.headers or {}
            if headers.get("ce-aggregate") == str(aggregate):
                found.append(int(headers["ce-aggregateversion"]))
        return found


async def waiting(wire: Wire) -> int:
    """Rows nobody has marked as published."""
    async with wire.outbox.transaction() as tx:
        found: int = await tx.raw.fetchval("select count(*) from outbox where published_at is null")
    return found


async def all_marked(wire: Wire) -> bool:
    """Whether nothing waits."""
    return await waiting(wire) == 0


def message(aggregate: UUID, version: int, *, reason: str = "请修改", at: datetime | None = None) -> Outgoing:
    """An event of an aggregate as its owner would state it."""
    event = ProposalReturned(proposal_id=aggregate, title="题目", first_proposer=aggregate, reason=reason)
    return Outgoing(
        envelope=Envelope(
            id=new_id(),
            type=ProposalReturned.type_name(),
            source="proposals",
            time=at or datetime.now(UTC),
            committee=COUNTY,
            actor="system:test",
            aggregate=aggregate,
            version=version,
            correlation_id=new_id(),
            causation_id=new_id(),
        ),
        stream=STREAM,
        subject=ProposalReturned.subject(COUNTY),
        payload=event.model_dump_json().encode(),
    )


def letter(sent: Outgoing, sequence: int = 1) -> Letter:
    """The same message as it arrives."""
    return Letter(
        subject=sent.subject, headers=sent.envelope.headers(), payload=sent.payload, stream_sequence=sequence
    )


@asynccontextmanager
async def running(*loops: Any) -> AsyncIterator[None]:
    """Relays and consumers at work for as long as the block lasts."""
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def open_wire(stack: Stack) -> AsyncIterator[Wire]:
    """Connect both ends and make the table of effects."""
    admin = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + "/consultation")
    await admin.execute(
        "create table effect (id bigint generated always as identity, aggregate uuid, version int);"
        "grant all on effect to consultation_worker"
    )
    wire = Wire(
        stack=stack,
        sender=await bus.connect(settings_of(stack, "proposals"), "proposals"),
        reader=await bus.connect(settings_of(stack, "consultation"), "consultation"),
        outbox=Database(stack.database_url("proposals", "app"), pool_size=2),
        inbox_database=Database(stack.database_url("consultation", "worker"), pool_size=3),
        admin=admin,
    )
    try:
        yield wire
    finally:
        await wire.sender.close()
        await wire.reader.close()
        await wire.outbox.close()
        await wire.inbox_database.close()
        await admin.close()


def settings_of(stack: Stack, service: str) -> Settings:
    """What a process with this service's rights on the bus is told."""
    return portal_settings(stack).model_copy(update={"nats_seed_file": stack.keys.seed(service)})
