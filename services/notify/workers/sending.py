"""Sends mail: claim, send, mark, each by itself and never the sending inside a transaction (decision 3).

Always holds: a mail is sent at least once, with the same Message-ID each time, so that a mail server or a reader's program
can tell a second copy; a mail about work that is done by now is not sent; while the server is away nothing counts as an
attempt.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from chassis import telemetry
from chassis.clock import Clock
from chassis.failpoints import Failpoints
from chassis.sealing import Sealer
from chassis.work import Work
from services.notify.preference_ids import preference_id
from services.notify.rules.mail_times import wait_after
from services.notify.settings import NotifySettings
from services.notify.workers.smtp import Away, NotTaken, Road
from services.notify.workers.writing import Writer

log = structlog.get_logger()

BATCH: Final = 100
ROADS: Final = 4
"""Connections to the mail server at once; each takes its share of a batch, one mail after another."""
MARKED_AT_ONCE: Final = 10
"""Mails of one connection that are written down as sent together: so many at most go out again after a crash."""
LEASE: Final = timedelta(minutes=15)
"""After this a claimed mail that was not marked is taken for one whose sender died."""
AWAY_WAIT: Final = timedelta(seconds=30)

_DROP = """
update mail set state = 'dropped', error = '事项已经办结' from todo t
where mail.state = 'waiting' and mail.next_at <= $1 and t.task_id = mail.task_id and t.closed_at is not null
"""
_CLAIM = """
with due as (
    select id from mail
    where state = 'waiting' and next_at <= $1 and (claimed_until is null or claimed_until <= $1)
    order by next_at limit $2 for update skip locked
), taken as (
    update mail set claimed_until = $3, attempts = attempts + 1 from due where mail.id = due.id
    returning mail.*
)
select taken.*, p.email from taken left join preference p using (committee, person) order by taken.next_at
"""
_SENT = """
update mail set state = 'sent', sent_at = $2, claimed_until = null, error = null, address = null,
    content = case when kind = 'confirm' then null else content end
where id = any($1)
"""
_LATER = """
update mail set next_at = $2, claimed_until = null, attempts = attempts - $4::int, error = $3 where id = any($1)
"""
_FAILED = "update mail set state = $3, claimed_until = null, error = $2 where id = $1"

OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
"""A worker's transaction for all committees that notify knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Takes what is due to the mail server."""

    open_work: OpenWork
    open_road: Callable[[NotifySettings], AbstractAsyncContextManager[Road]]
    settings: NotifySettings
    sealer: Sealer
    clock: Clock
    failpoints: Failpoints

    async def send_due(self) -> int:
        """Send up to 100 mails; returns how many were dealt with, 0 where nothing can be done now."""
        if not self.settings.smtp_host:
            return 0
        rows = await self._claim()
        writer = Writer(self.settings)
        shares = [rows[start::ROADS] for start in range(ROADS)]
        taken = await asyncio.gather(*(self._take(share, writer) for share in shares if share))
        return len(rows) if all(taken) else 0

    async def _take(self, rows: Sequence[Any], writer: Writer) -> bool:
        """Send a share over one connection; False where the server is away, and what is left waits."""
        left = [row["id"] for row in rows]
        sent: list[UUID] = []
        try:
            async with self.open_road(self.settings) as road:
                for row in rows:
                    if await self._deal_with(row, road, writer):
                        sent.append(row["id"])
                    left.remove(row["id"])
                    if len(sent) >= MARKED_AT_ONCE:
                        await self._mark_sent(sent)
        except Away as error:
            await self._postpone(
                left, self.clock.now() + AWAY_WAIT, f"邮件服务器没有应答（{error}）", attempts=1
            )
            telemetry.MAILS.labels("away").inc(len(left))
            log.warning("mail_server_away", waiting=len(left), error=str(error))
            return False
        finally:
            await self._mark_sent(sent)
        return True

    async def _claim(self) -> list[Any]:
        async with self.open_work() as work:
            await work.tx.raw.execute(_DROP, work.now)
            rows: list[Any] = await work.tx.raw.fetch(_CLAIM, work.now, BATCH, work.now + LEASE)
        return rows

    async def _deal_with(self, row: Any, road: Road, writer: Writer) -> bool:
        """Send one mail; True when it was taken, else what became of it is written down. Raises Away."""
        address = self._address(row)
        if address is None or row["content"] is None:
            await self._mark(_FAILED, row["id"], "没有可用的邮箱地址", "dropped")
            telemetry.MAILS.labels("dropped").inc()
            return False
        try:
            await road.send(address, writer.mail(row, address))
        except NotTaken as error:
            await self._not_taken(row, error)
            return False
        self.failpoints.reach("after_send_before_mark")
        telemetry.MAILS.labels("sent").inc()
        return True

    async def _mark_sent(self, ids: list[UUID]) -> None:
        """Write down that these were sent, and begin a new list."""
        if ids:
            await self._mark(_SENT, ids, self.clock.now())
            ids.clear()

    async def _not_taken(self, row: Any, error: NotTaken) -> None:
        wait = None if error.for_good else wait_after(row["attempts"])
        if wait is None:
            await self._mark(_FAILED, row["id"], str(error), "failed")
        else:
            await self._postpone([row["id"]], self.clock.now() + wait, str(error))
        telemetry.MAILS.labels("failed" if wait is None else "postponed").inc()

    async def _postpone(self, ids: list[UUID], until: datetime, error: str, *, attempts: int = 0) -> None:
        """Try again later; `attempts` is how many are not counted."""
        await self._mark(_LATER, ids, until, error, attempts)

    async def _mark(self, statement: str, *values: Any) -> None:
        async with self.open_work() as work:
            await work.tx.raw.execute(statement, *values)

    def _address(self, row: Any) -> str | None:
        """The person's own, or the one that is being confirmed."""
        if row["address"] is not None:
            return self.sealer.open(row["address"], row["id"])
        return self.sealer.open(row["email"], preference_id(row["committee"], row["person"]))
