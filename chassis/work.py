"""The unit of work: one transaction, what it changes, what it states, and what it says to history.

A handler loads aggregates (which locks them), changes them and lets them state events; nothing is written until
`flush`, which nobody but the chassis calls, right before the commit. Always holds: an aggregate's version rises by
one for each event it states, without gaps; several aggregates cost as many statements as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from chassis import deadlines, history, outbox, tasks
from chassis.clock import Clock
from chassis.database import Transaction, is_taken
from chassis.files import Files
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import NotFound, VersionClash, WrongState
from chassis.rows import rows_of
from chassis.sealing import Sealer
from chassis.sets import Row, insertion
from chassis.settings import Settings
from chassis.telemetry import current_traceparent
from chassis.together import Write, write_together
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Scope
from tongxin_contracts.subjects import ServiceName
from tongxin_contracts.words import TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What handlers may use besides the transaction."""

    clock: Clock
    files: Files
    sealer: Sealer
    settings: Settings | None = None
    """The service's own settings, where a handler has to know one."""
    floors: Mapping[UUID, int] = field(default_factory=dict)
    """Versions that aggregates made anew go on from, after a restore; see `chassis/restored.py`."""


@dataclass(slots=True)
class Aggregate:
    """One locked row, and what is about to happen to it."""

    table: Table
    row: dict[str, Any]
    work: "Work"
    is_new: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    noted: dict[str, Any] = field(default_factory=dict)
    """Columns whose change a line of history has told already, as it told them."""

    @property
    def id(self) -> UUID:
        """The aggregate's id."""
        found: UUID = self.row["id"]
        return found

    @property
    def version(self) -> int:
        """Its version, the events stated so far included."""
        found: int = self.row["version"]
        return found

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def expect(self, version: int) -> None:
        """Raise VersionClash unless this is the version somebody read."""
        if self.version != version:
            raise VersionClash(f"您看到的是第 {version} 版，现在已是第 {self.version} 版")

    def change(self, **columns: Any) -> None:
        """Set columns; what really differs goes into the update and the history."""
        for column, value in columns.items():
            if self.row[column] != value:
                first = self.changes[column][0] if column in self.changes else self.row[column]
                self.changes[column] = [first, value]
                self.row[column] = value

    def state(self, event: Event, *, because: Envelope | None = None) -> None:
        """State an event: the version rises by one and the event goes out with it."""
        self.row["version"] += 1
        self.work.publish(
            event, aggregate=self.id, version=self.version, because=because, committee=self.row["committee"]
        )

    def note(self, action: str, *, reason: str | None = None) -> None:
        """Write a line of history about what changed since the line before."""
        self.work.entries.append(
            history.Entry(
                aggregate=self.id,
                committee=self.row["committee"],
                at=self.work.now,
                actor=self.work.actor.id,
                on_behalf_of=self.work.actor.on_behalf_of,
                action=action,
                changes=self._not_yet_noted(),
                reason=reason,
                is_new=self.is_new,
            )
        )

    def _not_yet_noted(self) -> dict[str, Any]:
        fresh = {}
        for column, (first, now) in self.changes.items():
            if column not in self.noted:
                fresh[column] = [first, now]
            elif self.noted[column] != now:
                fresh[column] = [self.noted[column], now]
            self.noted[column] = now
        return fresh


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction of one service, for one actor in one committee."""

    service: ServiceName
    tx: Transaction
    tools: Tools
    actor: Actor
    committee: str
    """The committee the request is for; reactions take each event's own instead."""
    scope: Scope = Scope.COMMITTEE
    """How far the actor's permission reaches; OWN leaves the handler to check."""
    now: datetime
    request_id: UUID
    """The command's id; what it leads to is correlated by it."""
    epoch: int = 1
    entries: list[history.Entry] = field(default_factory=list)
    touched: list[Aggregate] = field(default_factory=list)
    outgoing: list[outbox.Outgoing] = field(default_factory=list)
    files_to_keep: list[bytes] = field(default_factory=list)
    hints: set[tuple[str, str]] = field(default_factory=set)
    """(committee, kind) of what live pages may show differently after this."""
    stated: set[str] = field(default_factory=set)
    """Streams for which a part of this work wrote events already."""
    later: list[Write] = field(default_factory=list)
    """What is to be written and nothing in this transaction reads."""
    inserts: dict[tuple[Table, tuple[str, ...], str, tuple[str, ...]], dict[Any, Row]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """The same for rows, by table, columns, key and what they replace; see `insert_later`."""
    taken: dict[str, str] = field(default_factory=dict)
    """What to say where a write meets a row that is there already, by the name of the constraint."""

    async def load(self, table: Table, id_: UUID) -> Aggregate:
        """Lock and read one aggregate; raises NotFound, also for a row of another committee."""
        found = await self.load_many(table, [id_])
        if not found:
            raise NotFound
        return found[0]

    async def load_many(self, table: Table, ids: Sequence[UUID]) -> list[Aggregate]:
        """Lock and read aggregates in the order of their ids, so that two transactions cannot wait for each other.

        One that this work has in hand already comes as it stands there: two deadlines of one aggregate fire in one sweep.
        """
        rows = await rows_of(table).lock(self.tx, ids)
        known = {aggregate.id: aggregate for aggregate in self.touched if aggregate.table is table}
        loaded = [known.get(row["id"]) or Aggregate(table, row, self) for row in rows]
        self.touched += [aggregate for aggregate in loaded if aggregate.id not in known]
        return loaded

    def create(self, table: Table, id_: UUID, *, committee: str | None = None, **columns: Any) -> Aggregate:
        """A new aggregate, inserted at the end of the transaction; its history begins with all its columns."""
        version = self.tools.floors.get(id_, 0)
        row = {"id": id_, "committee": committee or self.committee, "version": version, **columns}
        made = Aggregate(table, row, self, is_new=True)
        made.changes = {name: [None, value] for name, value in columns.items() if value is not None}
        self.touched.append(made)
        return made

    def publish(self, event: Event, *, aggregate: UUID, version: int, because: Envelope | None = None,
                committee: str | None = None) -> None:  # fmt: skip
        """Put an event into the outbox; for aggregates that keep their version themselves."""
        type_ = type(event)
        where = committee or (because.committee if because else self.committee)
        self.hint(type_.aggregate, where)
        envelope = Envelope(
            id=new_id(),
            type=type_.type_name(),
            source=self.service,
            time=self.now,
            committee=where,
            actor=self.actor.id,
            aggregate=aggregate,
            version=version,
            correlation_id=because.correlation_id if because else self.request_id,
            causation_id=because.id if because else self.request_id,
            epoch=self.epoch,
            traceparent=because.traceparent if because else current_traceparent(),
        )
        self.outgoing.append(
            outbox.Outgoing(
                envelope=envelope,
                stream=type_.stream(),
                subject=type_.subject(where),
                payload=event.model_dump_json().encode(),
            )
        )

    def hint(self, kind: str, committee: str) -> None:
        """Tell live pages after the commit that something of this kind changed; events stated hint by themselves."""
        self.hints.add((committee, kind))

    def keep_file(self, content: bytes) -> None:
        """Have a file put into the bucket right before the commit."""
        self.files_to_keep.append(content)

    def insert_later(
        self, table: Table, rows: Iterable[Row], *, key: str = "", replacing: Sequence[str] = ()
    ) -> None:
        """Insert rows at the end, one statement for all of a kind: for what nothing in this transaction reads.

        A row that is there stays, or, with `key`, takes the columns `replacing` of the new one; of two new ones the last counts.
        """
        for row in rows:
            kind = (table, tuple(row), key, tuple(replacing))
            self.inserts[kind][row[key] if key else len(self.inserts[kind])] = row

    async def disclose(self, subject: UUID, fields: Sequence[str], purpose: str) -> None:
        """Note that sensitive fields of somebody were read, by whom and what for."""
        await self.disclose_many([subject], fields, purpose)

    async def disclose_many(self, subjects: Sequence[UUID], fields: Sequence[str], purpose: str) -> None:
        """The same for a list of people; one statement."""
        await self.tx.raw.execute(
            "insert into disclosure (committee, actor, subject, fields, purpose)"
            " select $1::text, $2::text, subject, $4::text[], $5::text from unnest($3::uuid[]) as subject",
            self.committee,
            self.actor.id,
            list(subjects),
            list(fields),
            purpose,
        )

    async def open_task(self, opened: tasks.Opened, *, because: Envelope | None = None) -> None:
        """Say that somebody has something to do; twice for one matter and kind opens it once."""
        await tasks.open_tasks(self, [opened], because=because)

    async def open_tasks(self, many: Sequence[tasks.Opened], *, because: Envelope | None = None) -> None:
        """The same for any number of tasks; one statement."""
        await tasks.open_tasks(self, many, because=because)

    async def close_tasks(
        self,
        matter: UUID | Collection[UUID],
        *,
        kinds: Collection[TaskKind] | None = None,
        because: Envelope | None = None,
    ) -> None:
        """Say that nothing is to be done on a matter, or on several, any more, or nothing of these kinds."""
        await tasks.close_tasks(self, matter, kinds=kinds, because=because)

    async def set_deadline(self, deadline: deadlines.Deadline) -> None:
        """Have something happen at an instant unless it is cancelled before."""
        await self.set_deadlines([deadline])

    async def set_deadlines(self, many: Sequence[deadlines.Deadline]) -> None:
        """The same for several; written at the end, together with everything else."""
        self.later += deadlines.setting(many)

    async def cancel_deadlines(self, matter: UUID | Collection[UUID]) -> None:
        """Whatever was to happen on a matter or several happens no more."""
        await self.write_later_now()  # what was set in this transaction is cancelled as well
        self.later.append(deadlines.cancelling(matter, self.now))

    def apart(self) -> "Work":
        """A part of this work in the same transaction that can be given up alone; to be flushed and then taken over."""
        return replace(
            self,
            entries=[],
            touched=[],
            outgoing=[],
            files_to_keep=[],
            hints=set(),
            stated=set(),
            later=[],
            inserts=defaultdict(dict),
            taken={},
        )

    def take_over(self, part: "Work") -> None:
        """A part was flushed: what has to be told after the commit is told by this work."""
        self.hints |= part.hints
        self.stated |= part.streams()
        self.files_to_keep += part.files_to_keep

    def streams(self) -> set[str]:
        """Whose relays have something to do after the commit."""
        return self.stated | {message.stream for message in self.outgoing}

    async def flush(self, *also: Write) -> None:
        """Write everything: rows, history, outbox. Called by the chassis, once, right before the commit.

        What is left of all that when the sets are written, goes together with what else is to be written: one round trip.
        """
        await self._send([*await self.to_write(), *also])

    async def to_write(self) -> list[Write]:
        """Write what goes in sets; the rest is given back, to be sent with others. Called by the chassis, instead of `flush`."""
        writes = [*self._take_later(), *await self._write_rows()]
        writes += await history.writes(self.tx, self.entries)
        return [*writes, *outbox.writes(self.outgoing)]

    async def write_later_now(self) -> None:
        """Write at once what was to be written at the end: it is read after all."""
        for write in self._take_later():
            await self._send([write])

    async def _send(self, writes: Sequence[Write]) -> None:
        try:
            await write_together(self.tx, writes)
        except Exception as error:
            for constraint, words in self.taken.items():
                if is_taken(error, constraint):
                    raise WrongState(words) from error
            raise

    def _take_later(self) -> list[Write]:
        writes = [
            *self.later,
            *(
                insertion(table, list(rows.values()), key=key, replacing=replacing)
                for (table, _columns, key, replacing), rows in self.inserts.items()
            ),
        ]
        self.later.clear()
        self.inserts.clear()
        return writes

    async def _write_rows(self) -> list[Write]:
        new: dict[Table, list[dict[str, Any]]] = defaultdict(list)
        changed: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        for aggregate in self.touched:
            if aggregate.is_new:
                new[aggregate.table].append(aggregate.row)
            else:
                changed[aggregate.table, tuple(sorted({*aggregate.changes, "version"}))].append(aggregate.row)
        writes: list[Write] = []
        for table, rows in new.items():
            writes += await rows_of(table).insert(self.tx, rows)
        for (table, columns), rows in changed.items():
            writes += await rows_of(table).update(self.tx, columns, rows)
        return writes
