"""The services in a rehearsal, only those an act needs; and how one knows that all that was told has arrived."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from infra.lag import read_lag
from infra.local.ports import free_port
from tongxin.asking import Asker
from tongxin.demo.cast import Office
from tongxin.demo.script import Say, Script
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer
from tongxin_contracts.permissions import Role

if TYPE_CHECKING:
    from infra.local.stack import Stack


@contextmanager
def rehearsing(stack: "Stack", services: Sequence[str], beside: Sequence[str] = ()) -> Iterator[None]:
    """These services run side by side, and `beside` others, and are stopped again, in their own good order."""
    with ThreadPoolExecutor(len(services)) as pool:
        starting = [
            pool.submit(
                stack.start_service, service, _own_port((*beside, *services[:place]), service), rehearsal=True
            )
            for place, service in enumerate(services)
        ]
        try:
            for start in starting:
                start.result()
            yield
        finally:
            running = [start.result() for start in starting if start.exception() is None]
            list(pool.map(lambda process: process.stop(), running))


def _own_port(before: Sequence[str], service: str) -> dict[str, str] | None:
    """A second replica of a service says how it is at a port of its own."""
    return {"TONGXIN_HEALTH_PORT": str(free_port())} if service in before else None


@asynccontextmanager
async def telling(stack: "Stack", now: datetime, say: Say) -> AsyncIterator[Script]:
    """Somebody who asks, for one act."""
    asker = await Asker.open(stack)
    try:
        yield Script(asker, now, say)
    finally:
        await asker.close()


async def caught_up(script: Script, service: str, stream: str | None = None) -> None:
    """Wait until a service has taken in all that was stated, or all of one stream."""

    async def nothing_left() -> bool:
        lag = await asyncio.to_thread(read_lag, script.asker.stack)
        unsent = [one for one in lag.outboxes if stream in (None, one.stream)]
        states = [one.state for one in lag.consumers if one.state.name == service]
        return not unsent and not any(
            state.pending or state.ack_pending for state in states if stream in (None, state.stream)
        )

    await script.until(nothing_left, f"{service} has taken in everything", every=0.25)


async def settled(script: Script, offices: dict[str, Office]) -> None:
    """Wait until nobody has anything new to do any more: what was told has arrived where it is shown."""
    staff = [one.acting(Role.PROPOSALS_OFFICE) for one in offices.values()]
    seen: list[int] = []

    async def quiet() -> bool:
        counts = 0
        for actor in staff:
            work = await script.tell(MyWorkAnswer, MyWork(committee=actor.committee), actor)
            counts += len(work.todos)
        seen.append(counts)
        return len(seen) > SAME and len(set(seen[-SAME:])) == 1

    await script.until(quiet, "everything has arrived", every=0.25)


SAME = 4
"""So many looks in a row that show the same."""
