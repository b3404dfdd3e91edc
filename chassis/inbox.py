"""Takes a batch of events into effect: gate, reactions, dead letters, all in one transaction.

Always holds: what a reaction does and the gate's new position commit together, so an event takes effect exactly once;
one event that cannot be taken holds back its own aggregate and nothing else. Only decoding errors and errors of the
reaction itself make a dead letter; a lost connection or a timeout aborts the batch, which comes again (decision 2).
"""

import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError

from chassis import gate_rows, held, telemetry
from chassis.database import Database, Transaction, is_transient
from chassis.gate import Plan, not_behind, plan, waves
from chassis.held import GAP, Arrived, Dead, Letter, letter_of, read
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.together import Write, write_together
from chassis.work import Tools, Work
from tongxin_contracts.catalogue import events_by_type
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.subjects import ServiceName

log = structlog.get_logger()

WISHES: Final = 200
"""Letters taken again in one transaction."""

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Incoming(Generic[E]):
    """One event at its reaction: what was said, and by whom, when, about what."""

    data: E
    envelope: Envelope


Reaction = Callable[[Sequence[Incoming[Any]], Work], Awaitable[None]]
"""`async def on_x(events, work)`: works on sets; events of one aggregate come in order."""


@dataclass(slots=True)
class Outcome:
    """What became of a batch, for metrics and for waking the relay."""

    applied: int = 0
    duplicates: int = 0
    held: int = 0
    dead: int = 0
    works: list[Work] = field(default_factory=list)
    runs: list["Run"] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count another batch's as well."""
        self.applied += other.applied
        self.duplicates += other.duplicates
        self.held += other.held
        self.dead += other.dead
        self.works += other.works
        self.runs += other.runs


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a reaction, for metrics: they are of what was committed."""

    event: type[Event]
    items: Sequence[Arrived]
    now: datetime
    began: float
    took: float
    """Seconds; what it left to be written with the gate is not in it."""
    failed: bool = False


class Inbox:
    """One consumer's way from messages to effects."""

    def __init__(
        self,
        service: ServiceName,
        consumer: str,
        reactions: Mapping[type[Event], Reaction],
        *,
        database: Database,
        tools: Tools,
        epoch: int,
        rehearsal: bool = False,
    ) -> None:
        self._service = service
        self._consumer = consumer
        self._wanted = {event.type_name(): event for event in reactions}
        self._reactions = dict(reactions)
        self._code = held.code_version(self._wanted.values())
        self._known_names = {held.without_version(type_) for type_ in self._wanted}
        self._database = database
        self._tools = tools
        for counter in (telemetry.EVENTS_DUE, telemetry.EVENTS_LATE):
            counter.labels(service)  # shown at zero, so that the first one is a rise
        self._epoch = epoch
        self._rehearsal = rehearsal
        """Reactions act at the latest instant of their events, not now; see `chassis/rehearsal.py`."""

    async def take(self, letters: Sequence[Letter]) -> Outcome:
        """Take a batch into effect and commit; raises only what makes the whole batch come again.

        Nearly always each event can be taken. So a batch is first taken as one, without a mark to go back to; when a
        reaction fails nothing has happened, and it is taken again with care, so that one event at fault is found.
        """
        arrived, loose = read(letters)
        try:
            return await self._take(arrived, loose, careful=False)
        except Exception as error:
            # The border of the quick way: the world's errors abort the batch, all others come up again on the other way.
            if is_transient(error):
                raise
            log.info("batch_taken_with_care", consumer=self._consumer, error=type(error).__name__)
            return await self._take(arrived, loose, careful=True)

    async def _take(
        self, arrived: list[Arrived], loose: Sequence[tuple[Letter, str]], *, careful: bool
    ) -> Outcome:
        aggregates = gate_rows.in_order(item.aggregate for item in arrived)
        committees = {item.envelope.committee for item in arrived}
        async with self._database.transaction(
            committees, first=gate_rows.locking(self._consumer, aggregates)
        ) as tx:
            outcome = await self._take_in(tx, arrived, aggregates, careful=careful)
            for letter, explanation in loose:
                log.warning("envelope_unreadable", subject=letter.subject, sequence=letter.stream_sequence)
                await held.hold_loose(tx, self._consumer, letter, explanation, code=self._code)
                outcome.dead += 1
        self._count(outcome)
        return outcome

    async def carry_out_wishes(self) -> Outcome:
        """Do what operators asked of dead letters: take them again, or drop them and let the rest through.

        Letters that could not be read are taken again without anybody asking, once by each version of the code: so a
        new value of a list, or a new event, heals by itself after an upgrade, whoever was upgraded first.
        """
        outcome = Outcome()
        async with self._database.transaction() as tx:
            rows = await tx.raw.fetch(
                """
                select * from held
                where consumer = $1 and (wish is not null or reason = any($2) and not judged_by @> array[$3])
                order by aggregate, version limit $4 for update
                """,
                self._consumer,
                list(held.UNREAD),
                self._code,
                WISHES,
            )
            if not rows:
                return outcome
            await tx.act_for({row["committee"] for row in rows if row["committee"]})
            await self._carry_out_loose(tx, [row for row in rows if row["aggregate"] is None], outcome)
            for row in (row for row in rows if row["aggregate"] is not None):
                await self._carry_out(tx, row, outcome)
        self._count(outcome)
        return outcome

    async def _carry_out(self, tx: Transaction, row: Any, outcome: Outcome) -> None:
        if row["wish"] == "drop":
            await gate_rows.lock(tx, self._consumer, [row["aggregate"]])
            positions, _ = await gate_rows.positions(tx, self._consumer, [row["aggregate"]])
            position = positions[row["aggregate"]]
            if row["version"] > position.last_version + 1:
                # What it waits for comes first; dropped now, it would be a gap that nothing ever fills.
                return
            await tx.raw.execute("delete from held where id = $1", row["id"])
            await tx.raw.execute(
                "update gate set last_version = $3, last_event_id = $4, epoch = greatest(epoch, $5)"
                " where consumer = $1 and aggregate = $2 and last_version = $3 - 1",
                self._consumer, row["aggregate"], row["version"], row["event_id"], _epoch_of(row),
            )  # fmt: skip
        else:
            await tx.raw.execute(
                "update held set reason = $2, wish = null, attempts = attempts + 1 where id = $1",
                row["id"],
                GAP,
            )
        await gate_rows.lock(tx, self._consumer, [row["aggregate"]])
        outcome.add(await self._take_in(tx, [], [row["aggregate"]]))

    async def _carry_out_loose(self, tx: Transaction, rows: Sequence[Any], outcome: Outcome) -> None:
        for row in rows:
            # Without the row's id: the row goes, and what the gate does not let through yet needs a place of its own.
            again = replace(letter_of(row), held_id=None)
            arrived, _ = read([again]) if row["wish"] != "drop" else ([], [])
            if row["wish"] == "drop" or arrived:
                await tx.raw.execute("delete from held where id = $1", row["id"])
            else:
                await tx.raw.execute(
                    "update held set wish = null, attempts = attempts + 1, judged_by = judged_by || array[$2]"
                    " where id = $1",
                    row["id"],
                    self._code,
                )
            if arrived:
                await tx.act_for({item.envelope.committee for item in arrived})
                aggregates = gate_rows.in_order(item.aggregate for item in arrived)
                await gate_rows.lock(tx, self._consumer, aggregates)
                outcome.add(await self._take_in(tx, arrived, aggregates))

    async def _take_in(
        self, tx: Transaction, arrived: list[Arrived], aggregates: Sequence[UUID], *, careful: bool = True
    ) -> Outcome:
        """What arrived of these aggregates, whose gate is locked, and what waits for it."""
        positions, holding = await gate_rows.positions(tx, self._consumer, aggregates)
        waiting, stuck = await held.of_aggregates(tx, self._consumer, holding)
        made = plan(positions, [*waiting, *arrived], stuck=stuck)
        dead: dict[UUID, Dead] = {}
        outcome = Outcome(duplicates=len(made.duplicates))
        applied = await self._apply(tx, made.apply, dead, outcome, careful=careful)
        left = await outcome.works[-1].to_write() if outcome.works and not careful else []
        await self._settle(tx, made, applied, dead, left)
        outcome.applied = len(applied)
        outcome.dead = len(dead) + len(made.forks)
        outcome.held = len(made.gaps) + len(made.apply) - len(applied) - len(dead)
        return outcome

    async def _apply(
        self,
        tx: Transaction,
        items: Sequence[Arrived],
        dead: dict[UUID, Dead],
        outcome: Outcome,
        *,
        careful: bool,
    ) -> list[Arrived]:
        """Run reactions over what the gate let through; returns what took effect, the rest is in `dead` or behind."""
        for item in items:
            fault = self._decode(item)
            if fault:
                dead[item.event_id] = fault
        kinds = {item.event_id: item.envelope.type for item in items}
        blocked: set[UUID] = set()
        applied: list[Arrived] = []
        for type_, run in waves(items, kinds):
            passing = not_behind(run, dead, blocked)
            event = self._wanted.get(type_)
            if event is not None and passing:
                if careful:
                    await self._react(tx, event, passing, dead, outcome)
                else:
                    await self._react_as_one(tx, event, passing, outcome)
                # Only who failed just now blocks here: what came before one that could not be read has taken effect.
                failed: set[UUID] = set()
                passing = not_behind(passing, dead, failed)
                blocked |= failed
            applied += passing
        return applied

    def _decode(self, item: Arrived) -> Dead | None:
        event = self._wanted.get(item.envelope.type)
        if event is None:
            if held.without_version(item.envelope.type) in self._known_names:
                return Dead("unknown_version", f"{item.envelope.type} is not known here")
            if item.envelope.type not in events_by_type():
                # Newer than this code, which cannot know whether it is to react: it waits for the upgrade.
                return Dead("unknown_type", f"{item.envelope.type} is not known here")
            return None
        try:
            item.data = event.model_validate_json(item.letter.payload)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            return Dead("undecodable", "; ".join(f"{part['loc']}: {part['type']}" for part in found)[:1000])
        return None

    async def _react_as_one(
        self, tx: Transaction, event: type[Event], items: Sequence[Arrived], outcome: Outcome
    ) -> None:
        """Call one reaction on a set; what the last one leaves to be written is written with the gate."""
        for earlier in outcome.works[-1:]:
            await earlier.flush()
        began, now = time.perf_counter(), self._tools.clock.now()
        outcome.works.append(await self._call(tx, event, items, now))
        outcome.runs.append(Run(event, items, now, began, time.perf_counter() - began))

    async def _react(
        self,
        tx: Transaction,
        event: type[Event],
        items: Sequence[Arrived],
        dead: dict[UUID, Dead],
        outcome: Outcome,
    ) -> None:
        """Call one reaction on a set; when it fails, on halves of the set, down to the event at fault."""
        began, now = time.perf_counter(), self._tools.clock.now()
        try:
            async with tx.undoable():
                work = await self._call(tx, event, items, now)
                await work.flush()
            outcome.works.append(work)
            outcome.runs.append(Run(event, items, now, began, time.perf_counter() - began))
        except Exception as error:
            # The border of a reaction: its own errors become a dead letter, the world's errors abort the batch.
            if is_transient(error):
                raise
            if len(items) == 1:
                outcome.runs.append(Run(event, items, now, began, time.perf_counter() - began, failed=True))
                dead[items[0].event_id] = Dead(
                    "failed",
                    f"{type(error).__name__}: {error}"[:1000],
                    "".join(traceback.format_exception(error)),
                )
                telemetry.keep_failure(
                    f"process {event.template()}", error, parent=items[0].envelope.traceparent
                )
                log.warning(
                    "event_failed",
                    event_id=str(items[0].event_id),
                    type=event.type_name(),
                    committee=items[0].envelope.committee,
                    trace_id=telemetry.trace_of(items[0].envelope.traceparent),
                    error=str(error),
                )
                return
            middle = len(items) // 2
            await self._react(tx, event, items[:middle], dead, outcome)
            rest = not_behind(items[middle:], dead, {i.aggregate for i in items if i.event_id in dead})
            if rest:
                await self._react(tx, event, rest, dead, outcome)

    async def _call(
        self, tx: Transaction, event: type[Event], items: Sequence[Arrived], now: datetime
    ) -> Work:
        """What the reaction did, not all of it written yet."""
        work = Work(
            service=self._service,
            tx=tx,
            tools=self._tools,
            actor=Actor.system(self._service, items[0].envelope.committee),
            committee=items[0].envelope.committee,
            now=max(item.envelope.time for item in items) if self._rehearsal else now,
            request_id=new_id(),
            epoch=self._epoch,
        )
        with ExitStack() as spans:
            await self._reactions[event]([_incoming(item, event, spans) for item in items], work)
        return work

    def _measure(self, run: Run, committed: float) -> None:
        name, outcome = run.event.message_name, "dead" if run.failed else "ok"
        telemetry.HANDLER_SECONDS.labels(self._service, f"on_{name}", outcome).observe(run.took)
        if self._rehearsal:
            return  # what happens at its own past time is neither late nor in time
        age = telemetry.EVENT_AGE_SECONDS.labels(self._service, name)
        late = 0
        for item in run.items:
            old = max(0.0, (run.now - item.envelope.time).total_seconds())
            age.observe(old)
            late += old + committed - run.began > telemetry.EVENT_IN_TIME_SECONDS
        if not run.failed:  # what failed is counted with all dead letters
            telemetry.EVENTS_DUE.labels(self._service).inc(len(run.items))
            telemetry.EVENTS_LATE.labels(self._service).inc(late)

    async def _settle(
        self,
        tx: Transaction,
        made: Plan[Arrived],
        applied: Sequence[Arrived],
        dead: Mapping[UUID, Dead],
        writes: Sequence[Write],
    ) -> None:
        """Move the gate together with what the last reaction left, let go of held rows that took effect, hold the rest."""
        await write_together(tx, [*writes, *gate_rows.moving(self._consumer, applied)])
        gone = [
            item.letter.held_id for item in (*applied, *made.duplicates) if item.letter.held_id is not None
        ]
        if gone:
            await tx.raw.execute("delete from held where id = any($1)", gone)
        behind = []
        if len(applied) < len(made.apply):
            done = {item.event_id for item in applied}
            behind = [item for item in made.apply if item.event_id not in done]
        await held.hold(
            tx,
            self._consumer,
            [*made.gaps, *behind, *made.forks],
            dead,
            {item.event_id for item in made.forks},
            code=self._code,
        )

    def _count(self, outcome: Outcome) -> None:
        committed = time.perf_counter()
        for run in outcome.runs:
            self._measure(run, committed)
        for name in ("applied", "duplicates", "held", "dead"):
            number = getattr(outcome, name)
            if number:
                telemetry.INBOX_EVENTS.labels(self._service, name).inc(number)
        if outcome.dead:
            telemetry.EVENTS_DUE.labels(self._service).inc(outcome.dead)
            telemetry.EVENTS_LATE.labels(self._service).inc(outcome.dead)


def _incoming(item: Arrived, event: type[Event], spans: ExitStack) -> Incoming[Any]:
    """The event as a reaction gets it; where its trace is kept, what the reaction states goes on in that trace."""
    assert item.data is not None
    if not telemetry.is_sampled(item.envelope.traceparent):
        return Incoming(item.data, item.envelope)
    traceparent = spans.enter_context(
        telemetry.linked_span(
            f"process {event.template()}", item.envelope.traceparent, telemetry.messaging(event.template())
        )
    )
    return Incoming(item.data, replace(item.envelope, traceparent=traceparent))


def _epoch_of(row: Any) -> int:
    return int(letter_of(row).headers.get("ce-epoch", "1"))
