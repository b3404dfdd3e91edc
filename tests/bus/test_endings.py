"""What runs in the background ends with its service."""

import asyncio

import pytest

from chassis import service
from chassis.service import end_all


async def test_a_cancellation_that_got_lost_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CANCELLED_AGAIN", 0.01)
    lost = 0

    async def deaf_once() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost += 1
                if lost == 2:
                    raise

    async def over() -> None:
        return

    tasks = [asyncio.create_task(deaf_once()), asyncio.create_task(over())]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end_all(tasks)
    assert tasks[0].cancelled()
    assert lost == 2
