"""Work a service does by itself, round after round: for workers of `Service.workers` that send, remind or sweep.

Always holds: a round that fails is told and tried again; the loop never ends by an error.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chassis.database import is_transient

log = structlog.get_logger()

MIN_WAIT = 0.5
MAX_WAIT = 60.0


async def keep_doing(name: str, step: Callable[[], Awaitable[int]], *, interval: float) -> None:
    """Call `step` for ever: at once again while it says that it did something, else after `interval` seconds.

    After a failure the wait doubles up to a minute, so that a broken step is no busy loop.
    """
    wait = interval
    while True:
        try:
            while await step():
                pass
            wait = interval
        except Exception as error:
            # The border of the loop: what is to be done stays to be done and is taken up again.
            wait = min(max(wait, MIN_WAIT) * 2, MAX_WAIT)
            if is_transient(error):
                log.warning("round_postponed", worker=name, error=type(error).__name__)
            else:
                log.exception("round_failed", worker=name)
        await asyncio.sleep(wait)
