"""Publishes the outbox, in order, with one relay active for each stream.

Order: rows by id, many in atomic batches, few one behind the other, marked after the broker's acknowledgement. One active
relay: an advisory lock; but a lock dies with its session and not with the process, so whatever is sent is also fenced with
the stream's last sequence: a relay that was asleep while another one worked is refused by the broker (decision 8). What has
an unknown fate is sent again; the broker drops what it has taken, and the gate at every reader drops the rest.

What is out is marked by the statement that reads what comes next. Behind a full batch that happens while it is on its
way, so that neither server waits for the other; a few events at a time cost one round trip to each.

A stream that was lost and made anew is filled again from the outbox, in order, before anything newer goes out.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic_core import from_json

from chassis import telemetry
from chassis.database import is_transient
from chassis.failpoints import Failpoints
from chassis.topology import EVENT_AGE
from tongxin_contracts.envelope import MESSAGE_ID, TRACEPARENT
from tongxin_contracts.subjects import subject_template

log = structlog.get_logger()

BATCH_ROWS: Final = 500
BATCH_BYTES: Final = 4 * 1024 * 1024
FEW: Final = 16
"""Up to so many rows go out one behind the other. A single broker makes a store of its own for each atomic batch, which costs
it 6 ms whatever is in it; so many single messages cost it 2, three of them 0.5 (docs/performance.md)."""
_WRONG_LAST_SEQUENCE: Final = 10071
_DUPLICATE_IN_BATCH: Final = 10201
_BATCH_INCOMPLETE: Final = 10176
_ACK_TIMEOUT: Final = 2.0
"""Seconds the broker gets for a batch; more after it was late, so that a slow network is slow and no standstill."""
_ACK_PATIENCE: Final = 15.0
_ASLEEP: Final = "15 seconds"
"""A relay at work asks the database four times a second; one that has not for so long is stopped, or its machine is."""
_TRACEPARENT: Final = re.compile(rf'"{TRACEPARENT}": "([^"]*)"')
"""A traceparent in a row's headers, found without reading them all."""

_PACE: Final = 0.005
"""Seconds from the beginning of one round to the next: whoever comes first is sent at once, who comes behind goes together."""

_MARK: Final = "update outbox set published_at = now(){forget} where id = any($1::bigint[])"
_MARK_AND_READ: Final = """
with marked as (update outbox set published_at = now(){forget} where id = any($3::bigint[]))
select id, message_id::text, subject, headers, payload from outbox
where stream = $1 and published_at is null and id not in (select unnest($3::bigint[] || $4::bigint[]))
order by id limit $2
"""
"""Not `id > the last one`: a smaller id may be committed later, and what follows on it must not go out before it."""
_PUT_OUT: Final = """
select count(pg_terminate_backend(a.pid)) from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and a.datname = current_database()
    and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)
    and a.usename = current_user and a.state_change < now() - $2::text::interval
"""
_REFILL: Final = """
update outbox set published_at = null
where stream = $1 and published_at > now() - $2::interval and payload is not null
"""
_REFILL_LIMIT: Final = 600.0
_LEFT_BEHIND: Final = """
select headers, extract(epoch from now() - created_at)::float as age,
    (select count(*) from outbox
     where stream = $1 and published_at is null and created_at < now() - interval '1 second') as waiting
from outbox where stream = $1 and published_at is null and created_at < now() - interval '1 second' order by id limit 20
"""


class FencedError(Exception):
    """The stream's last sequence is not what this relay believed: somebody else published."""


class DuplicateError(Exception):
    """The broker has seen a message of this batch before and refused the batch."""


class IncompleteError(Exception):
    """The broker did not keep all of a batch and says why of no row: it cannot write, or lost some on the way."""


class RefusedError(Exception):
    """The broker refused a batch for another reason: full, no stream, not permitted."""


@dataclass(slots=True)
class Stream:
    """The stream as this relay knows it."""

    name: str
    last_sequence: int = 0


class Relay:
    """Publishes one stream's rows from one service's outbox."""

    def __init__(
        self,
        stream: str,
        *,
        database_url: str,
        connection: Client,
        failpoints: Failpoints,
        poll_interval: float,
        forget_payload: bool = False,
    ) -> None:
        self._stream = Stream(stream)
        self._url = database_url
        self._bus = connection
        self._failpoints = failpoints
        self._poll_interval = poll_interval
        forget = ", payload = null" if forget_payload else ""
        self._mark_sql = _MARK.format(forget=forget)
        self._mark_and_read_sql = _MARK_AND_READ.format(forget=forget)
        self._published: list[Any] = []
        """Rows the broker has, not marked yet: the next reading marks them."""
        self._wake = asyncio.Event()
        self.at_work = False
        """Whether it is this relay, of all replicas', that publishes now."""
        self._patience = _ACK_TIMEOUT
        self._asked: set[asyncio.Future[Msg]] = set()
        """Questions whose answers may still come, late ones included."""
        self._has_said = False

    @property
    def stream(self) -> str:
        """The name of the stream it writes."""
        return self._stream.name

    def poke(self) -> None:
        """There are rows: look at once instead of at the next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Work for ever: wait for the lock, publish, and after any failure begin again."""
        pause = 0.1
        while True:
            try:
                session = await asyncpg.connect(self._url, timeout=5, command_timeout=30)
                self._published = []
                try:
                    await self._wait_for_lock(session)
                    await self._read_last_sequence()
                    await self._refill(session)
                    await self._say_what_was_left(session)
                    self.at_work = True
                    while True:
                        await self._work(session)
                        pause = 0.1
                finally:
                    self.at_work = False
                    await self._leave(session)
            except FencedError:
                telemetry.RELAY_BATCHES.labels(self._stream.name, "fenced").inc()
                log.warning("relay_fenced", stream=self._stream.name)
                self._has_said = False
            except Exception as error:
                # The border of the loop: rows stay unpublished and are taken again after a pause.
                telemetry.RELAY_BATCHES.labels(self._stream.name, "failed").inc()
                expected = is_transient(error) or isinstance(error, NatsError | RefusedError)
                if not expected:
                    log.exception("relay_failed", stream=self._stream.name)
                log.warning(
                    "relay_interrupted", stream=self._stream.name, error=f"{type(error).__name__}: {error}"
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _wait_for_lock(self, session: Any) -> None:
        """Wait for whoever is at work; one that sleeps with the lock is put out, and fenced when it wakes."""
        key = f"relay:{self._stream.name}"
        while not await session.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", key):
            await asyncio.sleep(self._poll_interval)
            if await session.fetchval(_PUT_OUT, key, _ASLEEP):
                log.warning("relay_put_out", stream=self._stream.name, asleep=_ASLEEP)

    async def _read_last_sequence(self) -> None:
        info = await self._ask(f"$JS.API.STREAM.INFO.{self._stream.name}", b"")
        cluster = info.get("cluster") or {}
        if cluster.get("replicas") and not cluster.get("leader"):
            # A server that lost the others says what it has itself; if that is nothing, all of the outbox would go out again.
            raise RefusedError("no leader stands behind what the server says of the stream")
        self._stream.last_sequence = info["state"]["last_seq"]

    async def _refill(self, session: Any) -> None:
        """A stream nothing was ever in is new: one that was lost gets all it had again, before anything newer."""
        if self._stream.last_sequence:
            return
        done: str = await session.execute(_REFILL, self._stream.name, EVENT_AGE, timeout=_REFILL_LIMIT)
        if done != "UPDATE 0":
            log.warning("relay_refills", stream=self._stream.name, events=int(done.removeprefix("UPDATE ")))

    async def _say_what_was_left(self, session: Any) -> None:
        """Whoever was here before died or was cut off: a metric, a line, and a note in each event's own trace.

        Said once: what this relay could not send itself it says as it fails.
        """
        if self._has_said:
            return
        self._has_said = True
        left = await session.fetch(_LEFT_BEHIND, self._stream.name)
        if not left:
            return
        telemetry.RELAY_LEFT_BEHIND.labels(self._stream.name).inc(left[0]["waiting"])
        log.warning(
            "relay_left_behind",
            stream=self._stream.name,
            events=left[0]["waiting"],
            oldest_seconds=round(left[0]["age"], 1),
        )
        for row in left:
            traceparent = json.loads(row["headers"]).get(TRACEPARENT)
            if traceparent:
                telemetry.keep_delay(f"send {self._stream.name}", traceparent, row["age"])

    async def _work(self, session: Any) -> None:
        """Publish until nothing waits, then wait for a poke."""
        self._wake.clear()
        began = time.monotonic()
        batch, more = await self._mark_and_read(session, [])
        while batch:
            # Read on while a batch is on its way, but only behind a full one: mostly there is nothing more.
            was_full = more
            following = asyncio.create_task(self._mark_and_read(session, batch)) if was_full else None
            try:
                # The reading is asked for before this batch is written, which takes no break until it is out.
                await asyncio.sleep(0)
                await self._send(batch)
            finally:
                batch, more = await following if following else ([], False)
            if was_full and not batch:
                # The last of many is marked at once: that they came so fast says that others may have come behind them.
                batch, more = await self._mark_and_read(session, [])
        await self._idle(began)

    async def _mark_and_read(self, session: Any, on_its_way: Sequence[Any]) -> tuple[Sequence[Any], bool]:
        """Mark what the broker has acknowledged and read what comes next, and whether there is more; one statement."""
        published, self._published = self._published, []
        rows: Sequence[Any] = await session.fetch(
            self._mark_and_read_sql,
            self._stream.name,
            BATCH_ROWS,
            [row["id"] for row in published],
            [row["id"] for row in on_its_way],
        )
        self._note_marked(published)
        batch = _within_bytes(rows)
        return batch, len(batch) < len(rows) or len(rows) == BATCH_ROWS

    async def _leave(self, session: Any) -> None:
        """Mark what is out and give the session back at once; a dead one is only dropped."""
        try:
            await self._mark(session)
            await session.close(timeout=2)
        except Exception:  # noqa: BLE001 - whatever it is, the lock must not stay; rows not marked are sent again
            session.terminate()

    async def _mark(self, session: Any) -> None:
        """Before going: what is not marked is sent again, and might be too late for the broker to know it again."""
        published, self._published = self._published, []
        if published and not session.is_closed():
            await session.execute(self._mark_sql, [row["id"] for row in published], timeout=2)
            self._note_marked(published)

    def _note_marked(self, published: Sequence[Any]) -> None:
        if published:
            telemetry.RELAY_BATCHES.labels(self._stream.name, "ok").inc()
            _note_sent(published)
            telemetry.RELAY_EVENTS.labels(self._stream.name).inc(len(published))

    async def _send(self, batch: Sequence[Any]) -> None:
        try:
            await self._publish(batch)
        except (DuplicateError, IncompleteError) as error:
            known = isinstance(error, DuplicateError)
            telemetry.RELAY_BATCHES.labels(self._stream.name, "duplicate" if known else "incomplete").inc()
            log.warning(
                "relay_repeats", stream=self._stream.name, events=len(batch), why=type(error).__name__
            )
            for row in batch:
                await self._publish_one(row)
        self._failpoints.reach("after_publish_before_mark")

    async def _idle(self, began: float) -> None:
        """Wait for a poke, and after a round for the next one's turn."""
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it forgets a cancellation that comes with the poke, and stopping waits for ever.
            async with asyncio.timeout(self._poll_interval):
                await self._wake.wait()
        await asyncio.sleep(began + _PACE - time.monotonic())

    async def _publish(self, batch: Sequence[Any]) -> None:
        if len(batch) == 1:
            await self._publish_one(batch[0])
        elif len(batch) <= FEW:
            await self._publish_few(batch)
        else:
            await self._publish_many(batch)

    async def _publish_few(self, batch: Sequence[Any]) -> None:
        """One behind the other without waiting in between; each says behind which it belongs.

        So one that is refused has all after it refused. One that the broker knew already takes no place: those
        after it, which counted on it, are sent again.
        """
        first = self._stream.last_sequence
        asked = [
            self._acknowledged(row, _headers(row) | {"Nats-Expected-Last-Sequence": str(first + position)})
            for position, row in enumerate(batch)
        ]
        known = False
        for row, answer in zip(batch, await asyncio.gather(*asked, return_exceptions=True), strict=True):
            if known and isinstance(answer, FencedError):
                await self._publish_one(row)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                known = known or bool(answer.get("duplicate"))
                self._note_out(row, answer)

    async def _publish_many(self, batch: Sequence[Any]) -> None:
        """All of them or none, in one step."""
        batch_id = uuid.uuid4().hex
        for position, row in enumerate(batch[:-1], 1):
            headers = _headers(row)
            headers["Nats-Batch-Id"] = batch_id
            headers["Nats-Batch-Sequence"] = str(position)
            if position == 1:
                headers["Nats-Expected-Last-Sequence"] = str(self._stream.last_sequence)
            await self._bus.publish(row["subject"], row["payload"], headers=headers)
        headers = _headers(batch[-1])
        headers["Nats-Batch-Id"] = batch_id
        headers["Nats-Batch-Sequence"] = str(len(batch))
        headers["Nats-Batch-Commit"] = "1"
        acknowledged = await self._acknowledged(batch[-1], headers)
        self._stream.last_sequence = acknowledged["seq"]
        self._published += batch

    async def _publish_one(self, row: Any) -> None:
        headers = _headers(row) | {"Nats-Expected-Last-Sequence": str(self._stream.last_sequence)}
        self._note_out(row, await self._acknowledged(row, headers))

    def _note_out(self, row: Any, acknowledged: dict[str, Any]) -> None:
        """The broker has it, whatever becomes of those after it; one that it knew already takes no place."""
        if not acknowledged.get("duplicate"):
            self._stream.last_sequence = acknowledged["seq"]
        self._published.append(row)

    def _answered(self, done: "asyncio.Future[Msg]", took: float) -> None:
        self._asked.discard(done)
        if not done.cancelled() and done.exception() is None:
            self._patience = min(max(_ACK_TIMEOUT, 3 * took), _ACK_PATIENCE)

    async def _acknowledged(self, row: Any, headers: dict[str, str]) -> dict[str, Any]:
        return await self._ask(row["subject"], row["payload"], headers)

    async def _ask(
        self, subject: str, payload: bytes, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The broker's answer, or what it refuses.

        Silence is asked again soon, for a leader is being chosen. Only an answer that comes late makes the next one waited
        for longer: then the network is slow.
        """
        began = time.monotonic()
        asked = asyncio.ensure_future(
            self._bus.request(subject, payload, timeout=_ACK_PATIENCE, headers=headers)
        )
        self._asked.add(asked)
        asked.add_done_callback(lambda done: self._answered(done, time.monotonic() - began))
        if not (await asyncio.wait({asked}, timeout=self._patience))[0]:
            raise NatsTimeoutError
        reply = asked.result()
        answer: dict[str, Any] = json.loads(reply.data)
        error = answer.get("error")
        if error is None:
            return answer
        if error.get("err_code") == _WRONG_LAST_SEQUENCE:
            raise FencedError
        if error.get("err_code") == _DUPLICATE_IN_BATCH:
            raise DuplicateError
        if error.get("err_code") == _BATCH_INCOMPLETE:
            raise IncompleteError
        raise RefusedError(f"{error.get('err_code')}: {error.get('description')}")


class _Plain(str):
    """A header's value known to hold no line break: the client, which looks for one in each value, need not.

    Looking is the dearest thing a relay does (docs/performance.md).
    """

    __slots__ = ()

    def strip(self, _characters: str | None = None) -> "_Plain":
        return self

    def translate(self, _table: Any) -> "_Plain":
        return self


def _headers(row: Any) -> dict[str, str]:
    written: str = row["headers"]
    headers: dict[str, str] = from_json(written)
    if "\\" not in written:  # JSON has no line break, nor any other control character, without one
        headers = {name: _Plain(value) for name, value in headers.items()}
    headers[MESSAGE_ID] = _Plain(row["message_id"])
    return headers


def _note_sent(batch: Sequence[Any]) -> None:
    """Say in each kept trace that its event is out."""
    for row in batch:
        found = _TRACEPARENT.search(row["headers"])
        if found is not None and telemetry.is_sampled(found[1]):
            telemetry.record_sent(subject_template(row["subject"]), found[1])


def _within_bytes(rows: Sequence[Any]) -> Sequence[Any]:
    """As many rows from the front as fit into one batch's bytes; at least one."""
    total = 0
    for position, row in enumerate(rows):
        total += len(row["payload"])
        if total > BATCH_BYTES and position:
            return rows[:position]
    return rows
