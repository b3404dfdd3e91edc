"""The workers as the service runs them: each a step for all committees that notify knows, again and again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, cast

from chassis.rounds import keep_doing
from chassis.service import Running, Worker
from chassis.work import Work
from services.notify.settings import NotifySettings
from services.notify.workers.channels import forget, look
from services.notify.workers.delivering import Deliverer
from services.notify.workers.digesting import put_together
from services.notify.workers.https import Poster
from services.notify.workers.posting import post
from services.notify.workers.reminding import remind
from services.notify.workers.replaying import replay
from services.notify.workers.sending import Sender
from services.notify.workers.smtp import open_road

SOON: Final = 1.0
"""Seconds between looks for what is mailed."""
SLOWLY: Final = 20.0
"""Seconds between looks for what has come due; steps fall on the hour."""
HOURLY: Final = 3600.0

EVERYWHERE: Final = (
    "select set_config('app.committees', coalesce(string_agg(committee, ','), ''), true) from known_committee"
)


@asynccontextmanager
async def work_everywhere(running: Running) -> AsyncIterator[Work]:
    """A worker's transaction for every committee that notify knows."""
    async with running.open_work(committees=None) as work:
        await work.tx.raw.execute(EVERYWHERE)
        yield work


def _each_round(name: str, step: Callable[[Work], Awaitable[int]], interval: float) -> Worker:
    async def worker(running: Running) -> None:
        async def once() -> int:
            async with work_everywhere(running) as work:
                return await step(work)

        await keep_doing(name, once, interval=interval)

    return worker


async def send(running: Running) -> None:
    """Take mail to the mail server."""
    sender = Sender(
        open_work=lambda: work_everywhere(running),
        open_road=open_road,
        settings=cast("NotifySettings", running.settings),
        sealer=running.tools.sealer,
        clock=running.clock,
        failpoints=running.failpoints,
    )
    await keep_doing("send", sender.send_due, interval=SOON)


async def deliver(running: Running) -> None:
    """Post what is due to agencies' webhooks."""
    settings = cast("NotifySettings", running.settings)
    deliverer = Deliverer(
        open_work=lambda: work_everywhere(running),
        poster=Poster(local=settings.webhook_local, ca_file=settings.webhook_ca_file),
        sealer=running.tools.sealer,
        clock=running.clock,
        failpoints=running.failpoints,
    )
    try:
        await keep_doing("deliver", deliverer.step, interval=SOON)
    finally:
        await deliverer.close()


async def look_at_channels(running: Running) -> None:
    """See how much waits for agencies on the bus."""
    await keep_doing(
        "channels", lambda: look(lambda: work_everywhere(running), running.connection), interval=SLOWLY
    )


WORKERS: Final = (
    deliver,
    look_at_channels,
    _each_round("replay", replay, SOON),
    _each_round("forget", forget, HOURLY),
    _each_round("post", post, SOON),
    _each_round("remind", remind, SLOWLY),
    _each_round("digest", put_together, SLOWLY),
    send,
)
