"""Posts deliveries to agencies' webhooks: claim, post, mark, and never the posting inside a transaction (decision 3).

Always holds: an event is posted at least once under one `webhook-id`; an agency that is slow or dead holds a few posts of its
own and no other agency's (F17); nothing but a test goes to an address that has not answered a test; the address is judged at
every attempt.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import structlog

from chassis import telemetry
from chassis.calendar import local_date
from chassis.clock import Clock
from chassis.failpoints import Failpoints
from chassis.sealing import Sealer
from chassis.work import Work
from services.notify import tables
from services.notify.replaying import content_now
from services.notify.rules import signatures, texts
from services.notify.rules.webhook_bodies import CONTENT_TYPE, body
from services.notify.rules.webhook_times import wait_after
from services.notify.webhooks import TEST_EVENT
from services.notify.workers.https import Posted, Poster
from services.notify.workers.reminding import SEEN_WITHIN
from services.notify.workers.sending import OpenWork
from tongxin_contracts.catalogue import events_by_type
from tongxin_contracts.envelope import TRACEPARENT
from tongxin_contracts.notify.agencies import WebhookActivated, WebhookDisabled
from tongxin_contracts.words import AttemptOutcome, DeliveryState, WebhookState

log = structlog.get_logger()

PER_AGENCY: Final = 4
"""Posts one agency has in the air at once: what it can hold up when it hangs."""
LEASE: Final = timedelta(seconds=60)
"""After this a claimed delivery that was not marked is taken for one whose poster died."""
IDLE: Final = 0.5
"""Seconds after which one looks for work again while posts are in the air."""

_CLAIM: Final = """
with room as (
    select w.id, w.state, $3 - (
        select count(*) from delivery c where c.subscription_id = w.id and c.claimed_until > $1
    ) as free
    from webhook w join subscription s on s.id = w.id and s.ended_at is null
), due as (
    select found.message_id from room cross join lateral (
        select d.message_id from delivery d
        where d.subscription_id = room.id and d.state = 'waiting' and d.next_at <= $1
            and (d.claimed_until is null or d.claimed_until <= $1) and (room.state = 'active' or d.is_test)
        order by d.is_test desc, d.next_at limit greatest(room.free, 0) for update skip locked
    ) as found
), taken as (
    update delivery d set claimed_until = $2, attempts = attempts + 1 from due where d.message_id = due.message_id
    returning d.*
)
select taken.*, w.url, w.secret, w.old_secret, w.old_until, s.agency, s.agency_name, s.clearance
from taken join webhook w on w.id = taken.subscription_id join subscription s on s.id = taken.subscription_id
"""
_ATTEMPT: Final = """
insert into attempt (committee, message_id, subscription_id, at, outcome, status, milliseconds, words)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_MARK: Final = """
update delivery set state = $2, next_at = $3, delivered_at = $4, claimed_until = null
where message_id = $1 and attempts = $5
"""
"""Where somebody asked meanwhile that it be told again, `attempts` is another number, and that stands."""
_SWITCH: Final = """
update webhook set state = $2, tested_at = coalesce($3, tested_at), disabled_at = $4 where id = $1 and url = $5 and state <> $2
returning 1
"""
_TELL: Final = """
insert into notice (id, committee, person, kind, title, body, matter, at)
select md5($1 || h.person::text)::uuid, h.committee, h.person, $2, $3, $4, $5, $6
from role_holder h where h.committee = $7 and h.role = 'admin' and h.seen_at > $8
on conflict do nothing
"""


@dataclass(kw_only=True)
class Deliverer:
    """Keeps posts in the air, a few for each agency."""

    open_work: OpenWork
    poster: Poster
    sealer: Sealer
    clock: Clock
    failpoints: Failpoints
    chance: Random = field(default_factory=Random)
    _in_the_air: set[asyncio.Task[None]] = field(default_factory=set)

    async def step(self) -> int:
        """Claim what is due and begin to post it; 0 when there is nothing to do and nothing in the air."""
        rows = await self._claim()
        for row in rows:
            task = asyncio.create_task(self._deliver(row))
            self._in_the_air.add(task)
            task.add_done_callback(self._in_the_air.discard)
        if not rows and self._in_the_air:
            await asyncio.wait(self._in_the_air, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
            return 1
        return len(rows)

    async def close(self) -> None:
        """Drop what is in the air: it is posted again when its lease is over."""
        for task in self._in_the_air:
            task.cancel()
        await asyncio.gather(*self._in_the_air, return_exceptions=True)
        self.poster.close()

    async def _claim(self) -> list[Any]:
        async with self.open_work() as work:
            rows: list[Any] = await work.tx.raw.fetch(_CLAIM, work.now, work.now + LEASE, PER_AGENCY)
        return rows

    async def _deliver(self, row: Any) -> None:
        try:
            made = body_of(row)
            at = self.clock.now()
            headers = {
                "content-type": CONTENT_TYPE,
                "user-agent": "Tongxin-Webhooks/1",
                **signatures.headers(self._secrets(row, at), str(row["message_id"]), at, made),
            }
            with telemetry.span(
                "post webhook",
                kind="client",
                parent=json.loads(row["headers"]).get(TRACEPARENT),
                attributes={"tongxin.agency": row["agency"]},
            ):
                # Of this post: who traces the receiver sees each attempt as its own, under the event's one trace.
                if traceparent := telemetry.current_traceparent():
                    headers[TRACEPARENT] = traceparent
                posted = await self.poster.post(row["url"], headers, made)
            self.failpoints.reach("after_send_before_mark")
            await self._mark(row, at, posted)
        except Exception:
            # The border of one delivery: it stays claimed until its lease is over, and the others go on.
            log.exception("delivery_failed", message_id=str(row["message_id"]), agency=row["agency"])

    def _secrets(self, row: Any, at: datetime) -> list[str]:
        """The newest first, the former one as long as it counts."""
        sealed = [row["secret"]]
        if row["old_secret"] is not None and row["old_until"] > at:
            sealed.append(row["old_secret"])
        opened = [self.sealer.open(one, row["subscription_id"]) for one in sealed]
        return [secret for secret in opened if secret is not None]

    async def _mark(self, row: Any, at: datetime, posted: Posted) -> None:
        state, next_at = self._what_next(row, posted)
        delivered_at = self.clock.now() if state is DeliveryState.DELIVERED else None
        async with self.open_work() as work:
            work.committee = row["committee"]
            await work.tx.raw.execute(
                _ATTEMPT, row["committee"], row["message_id"], row["subscription_id"], at, posted.outcome.value,
                posted.status, posted.milliseconds, posted.words,
            )  # fmt: skip
            await work.tx.raw.execute(
                _MARK, row["message_id"], state.value, next_at, delivered_at, row["attempts"]
            )
            await self._switch(row, posted, work)
            if state is DeliveryState.DEAD and not row["is_test"]:
                await self._tell(row, texts.delivery_dead(row["agency_name"]), local_date(work.now), work)
            work.hint("delivery", row["committee"])
        telemetry.AGENCY_DELIVERIES.labels(row["agency"], posted.outcome.value).inc()
        if state is DeliveryState.DEAD:
            telemetry.AGENCY_DELIVERIES.labels(row["agency"], "dead").inc()

    def _what_next(self, row: Any, posted: Posted) -> tuple[DeliveryState, datetime | None]:
        now = self.clock.now()
        if posted.outcome is AttemptOutcome.DELIVERED:
            return DeliveryState.DELIVERED, None
        if row["is_test"]:
            return DeliveryState.DEAD, None
        if posted.outcome is AttemptOutcome.GONE:
            return DeliveryState.WAITING, now  # for the day the address is tested again
        wait = wait_after(row["attempts"], self.chance.random())
        return (DeliveryState.DEAD, None) if wait is None else (DeliveryState.WAITING, now + wait)

    async def _switch(self, row: Any, posted: Posted, work: Work) -> None:
        """A test that was answered lets events go to the address; 410 stops them. Not where the address changed meanwhile."""
        id_, now = row["subscription_id"], self.clock.now()
        tested_at: datetime | None
        disabled_at: datetime | None
        if posted.outcome is AttemptOutcome.GONE:
            event: type[WebhookActivated | WebhookDisabled] = WebhookDisabled
            wanted, tested_at, disabled_at = WebhookState.DISABLED, None, now
        elif posted.outcome is AttemptOutcome.DELIVERED and row["is_test"]:
            event, wanted, tested_at, disabled_at = WebhookActivated, WebhookState.ACTIVE, now, None
        else:
            return
        # The subscription first, as commands lock it first.
        subscription = await work.load(tables.subscription, id_)
        if await work.tx.raw.fetchval(_SWITCH, id_, wanted.value, tested_at, disabled_at, row["url"]):
            subscription.state(event(subscription_id=id_, agency=row["agency"]))
            subscription.note("webhook_" + wanted.value, reason=posted.words[:200] or None)
            if wanted is WebhookState.DISABLED:
                await self._tell(row, texts.webhook_disabled(row["agency_name"]), work.now, work)

    async def _tell(self, row: Any, text: texts.Text, once: object, work: Work) -> None:
        """Tell the committee's administrators; the same thing of one agency once for each `once`."""
        cause = f"{text.kind.value} {row['subscription_id']} {once}"
        await work.tx.raw.execute(
            _TELL, cause, text.kind.value, text.title, text.body, row["subscription_id"], work.now, row["committee"],
            work.now - SEEN_WITHIN,
        )  # fmt: skip
        work.hint("notice", row["committee"])


def body_of(row: Any) -> bytes:
    """The body of a delivery, cut to the agency's clearance of today."""
    headers = json.loads(row["headers"])
    if row["event"] == TEST_EVENT:
        return body(headers, json.loads(row["content"]), "测试事件")
    type_ = events_by_type().get(headers["ce-type"])
    return body(headers, content_now(row, row["clearance"]), type_.label if type_ else "")
