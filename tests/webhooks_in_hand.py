"""Webhooks in the test's own hands: notify's rules and rights on a real database, its poster on real sockets, a clock to set.

Time is in 2031, so the running service finds none of it due; transactions see the test's committee alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, cast
from uuid import UUID

from chassis.failpoints import Failpoints
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.work import Tools, Work
from services.notify.commands.set_webhook import set_webhook
from services.notify.commands.subscribe_agency import subscribe_agency
from services.notify.reactions.forwarding import forward
from services.notify.settings import NotifySettings
from services.notify.workers.delivering import Deliverer
from services.notify.workers.https import Poster
from tests.notify_at_work import Notify
from tests.webhooks_at_work import new_secret
from tongxin_contracts.consultation.events import TopicTaken
from tongxin_contracts.notify.agencies import SetWebhook
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.words import Road

TOPIC = "consultation.topic_taken"


@dataclass
class Hand:
    """One committee's webhooks."""

    notify: Notify

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A transaction for the test's committee and no other."""
        notify = self.notify
        settings = NotifySettings.model_construct(webhook_local=True, webhook_ca_file=None)
        async with notify.database.transaction([notify.committee]) as tx:
            work = Work(
                service="notify", tx=tx,
                tools=Tools(clock=notify.clock, files=cast("Any", None), sealer=notify.sealer, settings=settings),
                actor=Actor.system("notify", notify.committee), committee=notify.committee, now=notify.clock.now(),
                request_id=new_id(),
            )  # fmt: skip
            yield work
            await work.flush()

    def deliverer(self, failpoints: Failpoints | None = None, *, limit: float = 15.0) -> Deliverer:
        """What posts; close it."""
        return Deliverer(
            open_work=self.work, poster=Poster(local=True, limit=limit), sealer=self.notify.sealer,
            clock=self.notify.clock, failpoints=failpoints or Failpoints(), chance=Random(1),
        )  # fmt: skip

    async def round(self, *, limit: float = 15.0) -> None:
        """Post everything that is due, until nothing is left to do."""
        deliverer = self.deliverer(limit=limit)
        try:
            while await deliverer.step():
                pass
        finally:
            await deliverer.close()

    async def subscribe(self, agency: str, *, road: Road = Road.WEBHOOK) -> UUID:
        """An agency that hears of topics."""
        command = SubscribeAgency(
            committee=self.notify.committee, subscription_id=new_id(), agency=agency, agency_name=agency,
            events=[TOPIC], road=road,
        )  # fmt: skip
        async with self.work() as work:
            await subscribe_agency(command, work)
        return command.subscription_id

    async def webhook(self, subscription: UUID, url: str, secret: str | None = None) -> str:
        """Set an address; its secret."""
        secret = secret or new_secret()
        command = SetWebhook(
            committee=self.notify.committee, subscription_id=subscription, url=url, secret=secret
        )
        async with self.work() as work:
            await set_webhook(command, work)
        return secret

    async def told(self, *titles: str) -> list[UUID]:
        """Topics were taken; the ids of the events."""
        incoming = []
        for title in titles:
            topic = new_id()
            event = TopicTaken(topic_id=topic, title=title, proposal_id=new_id(), proposal_number="第1号")
            incoming.append(self.notify.incoming(event, topic))
        async with self.work() as work:
            await forward(incoming, work)
        return [one.envelope.id for one in incoming]

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """What a statement finds of the test's committee."""
        return await self.notify.rows(statement, *values)

    async def state_of(self, subscription: UUID) -> str:
        """Of its webhook."""
        (row,) = await self.rows("select state from webhook where id = $1", subscription)
        return str(row["state"])

    async def delivery(self, event_id: UUID) -> Any:
        """The one row of an event."""
        (row,) = await self.rows("select * from delivery where event_id = $1", event_id)
        return row
