"""Waiting for something to come true, with a limit; tests never sleep for a guessed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL = 0.02


def until(condition: Callable[[], bool], what: str, limit: float = 10) -> None:
    """Return when the condition holds; fails the test after `limit` seconds, saying what did not happen."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"did not happen within {limit} s: {what}"
        time.sleep(POLL)


async def until_async(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    what: str,
    limit: float = 10,
    *,
    poll: float = POLL,
) -> None:
    """The same inside an event loop; the condition may be a coroutine function, and dear to ask."""
    deadline = time.monotonic() + limit
    while True:
        holds = condition()
        if holds if isinstance(holds, bool) else await holds:
            return
        assert time.monotonic() < deadline, f"did not happen within {limit} s: {what}"
        await asyncio.sleep(poll)
