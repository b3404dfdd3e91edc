"""How long after a commit its effect is in another service, and with an agency, at 200 commands a second.

The clock starts at the commit as the owner's database noted it (the history's line of the filing) and stops at the
commit of the reader's row, or when the agency's own program holds the event. Commands come at fixed instants whether
the ones before are answered or not, so that a slow moment delays what falls into it and is seen.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID

from chassis.ids import new_id
from infra.local.agencies import Credentials
from infra.local.stack import Stack
from tests import agencies_at_work
from tests.house import COUNTY, House, person
from tests.load.commit_times import committed, note_commits
from tests.load.figures import Figure, percentile, within
from tests.load.scale import scaled
from tests.load.servers import servers, services
from tests.proposals_at_work import handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.client import AgencyClient
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal

RATE: Final = 200
"""Commands a second."""
COMMANDS: Final = scaled(3_000)
WARMING: Final = 200
"""The first commands of a new process pay for what is prepared once; they are not counted."""
PATIENCE: Final = 60.0
"""Seconds a command may take: one that is late counts as late, and not as failed."""
AT_ONCE: Final = 8
"""Proposals handed in side by side while a bench is prepared."""


async def measure() -> list[Figure]:
    """First the four services alone, then with an agency that follows."""
    async with servers() as stack:
        await note_commits(stack)
        async with services(stack, ("members", "proposals", "consultation", "notify")):
            house = await House.open(stack)
            await open_session(house)
            figures = [await _visible(stack, house), await _at_an_agency(stack, house)]
            await house.close()
    return figures


async def _visible(stack: Stack, house: House) -> Figure:
    filed = await _file_at_rate(house)

    async def all_there() -> bool:
        return set(filed) <= set(await committed(stack, "consultation", "candidate", "proposal_id"))

    await until_async(all_there, "every filed proposal is known to consultation", limit=120)
    stated = await committed(stack, "proposals", "history", "aggregate")
    seen = await committed(stack, "consultation", "candidate", "proposal_id")
    return _figure("commit to visible in another service", [seen[one] - stated[one] for one in filed], 25)


async def _at_an_agency(stack: Stack, house: House) -> Figure:
    credentials = await agencies_at_work.add(stack, "inspection")
    await agencies_at_work.subscribe(house, "inspection")
    async with _reading(credentials) as arrived:
        filed = await _file_at_rate(house)
        await until_async(lambda: set(filed) <= set(arrived), "every event is with the agency", limit=120)
    stated = await committed(stack, "proposals", "history", "aggregate")
    return _figure("an event to an agency's own account", [arrived[one] - stated[one] for one in filed], 40)


def _figure(what: str, seconds: Sequence[float], at_most: float) -> Figure:
    counted = [one * 1000 for one in seconds[WARMING:]]
    print(
        f"  {what}: p50 {percentile(counted, 0.5):.1f} ms, p99 {percentile(counted, 0.99):.1f} ms", flush=True
    )
    return within(f"{what} at {RATE}/s, p99", percentile(counted, 0.99), "ms", at_most=at_most)


async def _file_at_rate(house: House) -> list[UUID]:
    """Hand in proposals, then file one every 5 ms; their ids in the order they were filed."""
    wait = asyncio.Semaphore(AT_ONCE)
    member, office = person(Role.MEMBER), person(Role.PROPOSALS_OFFICE)

    async def hand_in() -> UUID:
        async with wait:
            return await handed_in(house, member)

    proposals = await asyncio.gather(*(hand_in() for _ in range(COMMANDS + WARMING)))
    began = time.monotonic()
    asked = []
    for number, proposal in enumerate(proposals):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        command = FileProposal(committee=COUNTY, proposal_id=proposal, expected_version=1)
        asked.append(asyncio.create_task(house.caller.call(command, office, new_id(), timeout=PATIENCE)))
    await asyncio.gather(*asked)
    print(f"  {len(asked) / (time.monotonic() - began):.0f} commands/s answered", flush=True)
    return proposals


@asynccontextmanager
async def _reading(credentials: Credentials) -> AsyncIterator[dict[UUID, float]]:
    """The agency's program: notes when it holds which proposal's event."""
    arrived: dict[UUID, float] = {}

    async def read() -> None:
        async with AgencyClient.from_folder(credentials.folder) as client:
            async for event in client.events():
                arrived.setdefault(event.envelope.aggregate, time.time())

    reading = asyncio.create_task(read())
    try:
        yield arrived
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
