"""Outbox and inbox as they are, over a bus that loses, doubles and shuffles: a machine that looks for an order of things
in which an event takes effect twice, not at all, or too early.

The database is real, and so are the outbox, the gate and what is held. The bus is a list: whoever reads gets any part
of it, in any order, any number of times; the relay may forget that it has published. After everything was handed out
often enough, each event has taken effect once and in the order of versions per aggregate (I2, I3), except those an
operator dropped.
"""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chassis import letters, outbox
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.files import StoredFile
from chassis.held import Letter
from chassis.inbox import Inbox, Incoming
from chassis.outbox import Outgoing
from chassis.problems import NotFound
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from infra.local.stack import Stack
from tests.bus.wire import FAILS, STREAM, message
from tests.faults.frame import SEED, times
from tests.house import COUNTY
from tongxin_contracts.proposals.events import ProposalReturned

EXAMPLES = times("TONGXIN_FAULT_EXAMPLES", ci=15, whole=400)
"""How many lives of the machine are tried."""
STEPS = 50
PHASES = (Phase.generate, Phase.shrink)
AGGREGATES = 3
PLACES = st.integers(0, 11)
REASONS = ("请修改", FAILS)
T = TypeVar("T")


class NoFiles:
    """Nobody here has files."""

    async def put(self, content: bytes) -> StoredFile:
        raise NotFound(f"{len(content)} bytes")

    async def get(self, digest: str) -> bytes:
        raise NotFound(digest)


class House:
    """Both databases and one event loop, for all examples."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.runner = asyncio.Runner()
        self.mended = False
        self.lost_after_effect = 0
        """So many of the next batches lose their connection after their effects and before the commit."""
        self.run(self._open())

    async def _open(self) -> None:
        self.outbox = Database(self.stack.database_url("proposals", "app"), pool_size=1)
        self.inbox_database = Database(self.stack.database_url("consultation", "worker"), pool_size=3)
        admin = self.stack.admin_url.rsplit("/", 1)[0]
        self.owner = await asyncpg.connect(f"{admin}/proposals")
        self.follower = await asyncpg.connect(f"{admin}/consultation")
        await self.follower.execute(
            "create table if not exists machine_effect (id bigint generated always as identity, aggregate uuid, version int);"
            "grant all on machine_effect to consultation_worker"
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it now."""
        return self.runner.run(work)

    def close(self) -> None:
        """Give everything back."""

        async def close() -> None:
            await self.outbox.close()
            await self.inbox_database.close()
            await self.follower.execute("drop table machine_effect")
            await self.owner.close()
            await self.follower.close()

        self.run(close())
        self.runner.close()

    def inbox(self, consumer: str) -> Inbox:
        """A reader; two of one name are two replicas."""
        tools = Tools(clock=SystemClock(), files=NoFiles(), sealer=Sealer.from_file(self.stack.keys.sealing))
        return Inbox(
            "consultation",
            consumer,
            {ProposalReturned: self._react},
            database=self.inbox_database,
            tools=tools,
            epoch=1,
        )

    async def _react(self, events: Sequence[Incoming[ProposalReturned]], work: Work) -> None:
        await work.tx.raw.execute(
            "insert into machine_effect (aggregate, version) select * from unnest($1::uuid[], $2::int[])",
            [event.envelope.aggregate for event in events],
            [event.envelope.version for event in events],
        )
        if not self.mended and any(event.data.reason == FAILS for event in events):
            raise ValueError(FAILS)
        if self.lost_after_effect:
            self.lost_after_effect -= 1
            raise ConnectionError("the database went away")


class Bus(RuleBasedStateMachine):
    """One owner, one stream, two replicas of one follower."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.house.mended = False
        self.house.lost_after_effect = 0
        self.aggregates = [uuid4() for _ in range(AGGREGATES)]
        self.consumer = f"machine-{uuid4()}"
        self.replicas = [self.house.inbox(self.consumer) for _ in range(2)]
        self.stated: dict[UUID, list[Outgoing]] = {aggregate: [] for aggregate in self.aggregates}
        self.stream: list[Letter] = []
        self.dropped: set[tuple[UUID, int]] = set()

    # -- the owner and its relay ------------------------------------------------------------------------------

    @rule(
        which=st.integers(0, AGGREGATES - 1),
        reasons=st.lists(st.sampled_from(REASONS), min_size=1, max_size=4),
        published=st.booleans(),
    )
    def state(self, which: int, reasons: list[str], published: bool) -> None:
        """The owner changes an aggregate: its events are committed with the change."""
        aggregate = self.aggregates[which]
        first = len(self.stated[aggregate]) + 1
        self._write([message(aggregate, first + place, reason=said) for place, said in enumerate(reasons)])
        if published:
            self._relay(50, True)

    @rule(which=st.integers(0, AGGREGATES - 1))
    def state_unreadable(self, which: int) -> None:
        """An event no code here will ever read."""
        aggregate = self.aggregates[which]
        made = message(aggregate, len(self.stated[aggregate]) + 1)
        self._write([_broken(made)])

    @rule(which=st.integers(0, AGGREGATES - 1))
    def roll_back(self, which: int) -> None:
        """A command that fails after stating its event: nobody may ever hear of it."""

        async def fail() -> None:
            async with self.house.outbox.transaction([COUNTY]) as tx:
                await outbox.write(
                    tx, [message(self.aggregates[which], len(self.stated[self.aggregates[which]]) + 1)]
                )
                raise ConnectionError

        with pytest.raises(ConnectionError):
            self.house.run(fail())

    @rule(number=st.integers(1, 6), remembers=st.booleans())
    def relay(self, number: int, remembers: bool) -> None:
        """Publish what waits, in order; a relay that dies before it marks publishes it once more later."""
        self._relay(number, remembers)

    def _relay(self, number: int, remembers: bool) -> None:
        rows = self.house.run(self._waiting(number))
        self.stream += [
            Letter(subject=row["subject"], headers=_headers(row["headers"]), payload=bytes(row["payload"]),
                   stream_sequence=len(self.stream) + place)
            for place, row in enumerate(rows, 1)
        ]  # fmt: skip
        if remembers:
            self.house.run(self._mark([row["id"] for row in rows]))

    # -- the follower -----------------------------------------------------------------------------------------

    @rule(picks=st.lists(PLACES, min_size=1, max_size=8), lost=st.booleans())
    def hand_out(self, picks: list[int], lost: bool) -> None:
        """Any part of the stream in any order, doubled or not; some batches are lost after their effects."""
        self.house.lost_after_effect = int(lost)
        self._take([self._picked(picks)])
        self.house.lost_after_effect = 0

    @rule(one=st.lists(PLACES, min_size=1, max_size=6), other=st.lists(PLACES, min_size=1, max_size=6))
    def hand_out_to_both(self, one: list[int], other: list[int]) -> None:
        """Both replicas at the same time, perhaps the same events."""
        self._take([self._picked(one), self._picked(other)])

    @rule()
    def mend(self) -> None:
        """The next version of the reaction takes what this one fails on."""
        self.house.mended = True

    @rule(wish=st.sampled_from(("retry", "drop")), place=st.integers(0, 20))
    def wish(self, wish: letters.Wish, place: int) -> None:
        """An operator asks something of a letter; the service carries it out when it can."""
        held = [row for row in self.house.run(self._held()) if row["reason"] != "gap"]
        if held:
            row = held[place % len(held)]
            url = self.house.stack.database_url("consultation", "worker")
            assert self.house.run(letters.wish(url, row["id"], wish))
        self._carry_out()

    # -- what always holds ------------------------------------------------------------------------------------

    @invariant()
    def effects_are_single_and_in_order(self) -> None:
        """I2, I3: what has taken effect is a beginning of what was stated, without what was dropped."""
        for aggregate, versions in self.house.run(self._effects()).items():
            wanted = [version for version in range(1, len(self.stated[aggregate]) + 1)
                      if (aggregate, version) not in self.dropped]  # fmt: skip
            assert versions == wanted[: len(versions)], f"{aggregate}: {versions} of {wanted}"

    def teardown(self) -> None:
        """Everything is handed out until nothing moves: then every event has taken effect, once."""
        try:
            self.house.mended, self.house.lost_after_effect = True, 0
            self._relay(10_000, True)
            self._take([list(reversed(self.stream))])
            for _round in range(self._letters() + 1):
                self._ask_for_all()
            self._take([self.stream])
            self.effects_are_single_and_in_order()
            effects = self.house.run(self._effects())
            for aggregate, stated in self.stated.items():
                dropped = sum(1 for where, _ in self.dropped if where == aggregate)
                assert len(effects.get(aggregate, [])) == len(stated) - dropped, (
                    f"I2: {aggregate} is not whole"
                )
            assert self.house.run(self._held()) == [], "nothing waits any more"
            gates = self.house.run(self._gates())
            assert gates == {a: len(s) for a, s in self.stated.items() if s}, (
                "the gate stands at the last version"
            )
        finally:
            self.house.run(self._forget())

    # -- inside -----------------------------------------------------------------------------------------------

    def _write(self, made: list[Outgoing]) -> None:
        async def write() -> None:
            async with self.house.outbox.transaction([COUNTY]) as tx:
                await outbox.write(tx, made)

        self.house.run(write())
        for one in made:
            self.stated[one.envelope.aggregate].append(one)

    def _take(self, batches: list[list[Letter]]) -> None:
        """Whatever aborts a batch brings it again later, as the bus does."""

        async def take() -> None:
            found = await asyncio.gather(
                *(replica.take(batch) for replica, batch in zip(self.replicas, batches, strict=False)),
                return_exceptions=True,
            )
            for outcome in found:
                if isinstance(outcome, BaseException) and not isinstance(outcome, ConnectionError):
                    raise outcome

        self.house.run(take())

    def _ask_for_all(self) -> None:
        """The operator drops what nobody can read and has all else taken again."""

        async def ask() -> None:
            await self.house.follower.execute(
                "update held set wish = case reason when 'failed' then 'retry' else 'drop' end"
                " where consumer = $1 and reason <> 'gap'",
                self.consumer,
            )

        self.house.run(ask())
        self._carry_out()

    def _carry_out(self) -> None:
        """Let the service do what was asked; what went by a wish to drop never takes effect."""

        async def carry_out() -> None:
            asked = {
                (row["aggregate"], row["version"]) for row in await self._held() if row["wish"] == "drop"
            }
            await self.replicas[0].carry_out_wishes()
            left = {(row["aggregate"], row["version"]) for row in await self._held()}
            self.dropped |= asked - left

        self.house.run(carry_out())

    def _picked(self, picks: list[int]) -> list[Letter]:
        """Letters by place from the newest backwards, so that any draw names some."""
        return [self.stream[-1 - pick % len(self.stream)] for pick in picks] if self.stream else []

    def _letters(self) -> int:
        return sum(map(len, self.stated.values()))

    async def _waiting(self, number: int) -> list[Any]:
        rows: list[Any] = await self.house.owner.fetch(
            "select id, subject, headers, payload from outbox where stream = $1 and published_at is null"
            " and aggregate = any($2) order by id limit $3",
            STREAM, self.aggregates, number,
        )  # fmt: skip
        return rows

    async def _mark(self, ids: list[int]) -> None:
        await self.house.owner.execute("update outbox set published_at = now() where id = any($1)", ids)

    async def _effects(self) -> dict[UUID, list[int]]:
        rows = await self.house.follower.fetch(
            "select aggregate, array_agg(version order by id) as versions from machine_effect"
            " where aggregate = any($1) group by aggregate",
            self.aggregates,
        )
        return {row["aggregate"]: row["versions"] for row in rows}

    async def _held(self) -> list[Any]:
        rows: list[Any] = await self.house.follower.fetch(
            "select * from held where consumer = $1 order by id", self.consumer
        )
        return rows

    async def _gates(self) -> dict[UUID, int]:
        rows = await self.house.follower.fetch(
            "select aggregate, last_version from gate where consumer = $1 and last_version > 0", self.consumer
        )
        return {row["aggregate"]: row["last_version"] for row in rows}

    async def _forget(self) -> None:
        """Leave nothing to the next example, nor to other tests of this stack."""
        await self.house.owner.execute("delete from outbox where aggregate = any($1)", self.aggregates)
        for table in ("held", "gate"):
            await self.house.follower.execute(f"delete from {table} where consumer = $1", self.consumer)
        await self.house.follower.execute("truncate machine_effect")


def _broken(made: Outgoing) -> Outgoing:
    return Outgoing(envelope=made.envelope, stream=made.stream, subject=made.subject, payload=b"{")


def _headers(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    return found


@pytest.mark.fault("F9", invariants="I2 I3", ci=True)
@pytest.mark.timeout(900)
def test_whatever_the_bus_does_each_event_takes_effect_once_and_in_order(stack: Stack) -> None:
    house = House(stack)
    try:
        machine = seed(SEED)(type("Bus", (Bus,), {"house": house}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                phases=PHASES,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        house.close()
