"""A process whose loop stands still is ended; one that was stopped in good order is not watched any more."""

import asyncio
import threading
import time

import pytest

from chassis.health import Watchdog
from tests.waiting import until, until_async


def watchers() -> int:
    """How many watchdogs are awake."""
    return sum(thread.name == "watchdog" for thread in threading.enumerate())


async def test_who_is_stopped_is_watched_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    before = watchers()
    beating = asyncio.create_task(Watchdog("members", limit=0.4).run())

    async def awake() -> bool:
        return watchers() > before

    await until_async(awake, "the watchdog is awake")
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    until(lambda: watchers() == before, "the watchdog sleeps")
    assert ended == []


async def test_a_loop_that_stands_still_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr("os._exit", lambda _code: ended.set())
    beating = asyncio.create_task(Watchdog("members", limit=0.4).run())
    await asyncio.sleep(0)
    stop = time.monotonic() + 10
    while not ended.is_set() and time.monotonic() < stop:
        pass  # nothing else runs on this loop, which is what is tested
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    assert ended.is_set()


async def test_a_process_that_beats_first_when_it_wakes_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped as a whole and gone on: the loop may wake before the thread that watches it."""
    ended: list[int] = []
    monkeypatch.setattr("os._exit", ended.append)
    monkeypatch.setattr(Watchdog, "_watch", lambda _self: None)
    beating = asyncio.create_task(Watchdog("members", limit=1.0).run())
    await asyncio.sleep(0)
    stood = time.monotonic() + 1.2
    while time.monotonic() < stood:
        pass

    async def over() -> bool:
        return bool(ended)

    await until_async(over, "the beat that comes late ends the process")
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    assert ended[0] == 70
