"""How long after a commit its effect is in another service, and with an agency.

Twice: 200 commands a second of the lightest kind that other services and agencies follow (a unit registered), and
50 filings a second, which members, consultation and notify follow, with numbers, tasks and notices. The clock starts at
the commit as the owner's database noted it (the history's line) and stops at the commit of the reader's row, or when
the agency's own program holds the event. Commands come at fixed instants whether the ones before are answered or not,
so that a slow moment delays what falls into it and is seen.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.identity import Actor
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
from tongxin_contracts.members.commands import RegisterUnit
from tongxin_contracts.message import Command
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal

PATIENCE: Final = 60.0
"""Seconds a command may take: one that is late counts as late, and not as failed."""
AT_ONCE: Final = 8
"""Proposals handed in side by side while a bench is prepared."""
SECONDS: Final = 15
WARMING: Final = 1.0
"""The first second's commands pay for what a new process prepares once; they are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Commands of one kind at a rate, and where they are seen."""

    what: str
    rate: int
    """Commands a second."""
    owner: str
    prepare: Callable[[House, int], Awaitable[list[UUID]]]
    """Makes what so many commands are about."""
    command: Callable[[UUID], Command]
    actor: Actor
    event: str
    """As an agency subscribes to it."""
    seen_in: tuple[str, str, str]
    """A follower's service, table and key."""

    @property
    def warming(self) -> int:
        """Commands that are not counted."""
        return int(self.rate * WARMING)


async def _new_ids(_house: House, count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


async def _handed_in(house: House, count: int) -> list[UUID]:
    wait, member = asyncio.Semaphore(AT_ONCE), person(Role.MEMBER)

    async def hand_in() -> UUID:
        async with wait:
            return await handed_in(house, member)

    return list(await asyncio.gather(*(hand_in() for _ in range(count))))


UNITS: Final = Flow(
    what="",
    rate=200,
    owner="members",
    prepare=_new_ids,
    command=lambda id_: RegisterUnit(committee=COUNTY, unit_id=id_, name=f"单位 {id_}", short_name="单位"),
    actor=person(Role.PROPOSALS_OFFICE),
    event="members.unit_registered",
    seen_in=("proposals", "unit", "id"),
)
FILINGS: Final = Flow(
    what=", filings",
    rate=50,
    owner="proposals",
    prepare=_handed_in,
    command=lambda id_: FileProposal(committee=COUNTY, proposal_id=id_, expected_version=1),
    actor=person(Role.PROPOSALS_OFFICE),
    event="proposals.proposal_filed",
    seen_in=("consultation", "candidate", "proposal_id"),
)


async def measure() -> list[Figure]:
    """First the four services alone, then with an agency that follows."""
    figures = []
    async with servers() as stack:
        await note_commits(stack)
        async with services(stack, ("members", "proposals", "consultation", "notify")):
            house = await House.open(stack)
            await open_session(house)
            for flow in (UNITS, FILINGS):
                figures.append(await _visible(stack, house, flow))
            credentials = await agencies_at_work.add(stack, "inspection")
            events = tuple(flow.event for flow in (UNITS, FILINGS))
            await agencies_at_work.subscribe(house, "inspection", events=events)
            for flow in (UNITS, FILINGS):
                figures.append(await _at_an_agency(stack, house, flow, credentials))
            await house.close()
    return figures


async def _visible(stack: Stack, house: House, flow: Flow) -> Figure:
    ids = await _at_rate(house, flow)

    async def all_there() -> bool:
        return set(ids) <= set(await committed(stack, *flow.seen_in))

    await until_async(all_there, f"every one is known to {flow.seen_in[0]}", limit=120)
    stated = await committed(stack, flow.owner, "history", "aggregate")
    seen = await committed(stack, *flow.seen_in)
    return _figure("commit to visible in another service", flow, [seen[one] - stated[one] for one in ids], 25)


async def _at_an_agency(stack: Stack, house: House, flow: Flow, credentials: Credentials) -> Figure:
    async with _reading(credentials) as arrived:
        ids = await _at_rate(house, flow)
        await until_async(lambda: set(ids) <= set(arrived), "every event is with the agency", limit=120)
    stated = await committed(stack, flow.owner, "history", "aggregate")
    return _figure(
        "an event to an agency's own account", flow, [arrived[one] - stated[one] for one in ids], 40
    )


def _figure(what: str, flow: Flow, seconds: Sequence[float], at_most: float) -> Figure:
    counted = [one * 1000 for one in seconds[flow.warming :]]
    name = f"{what} at {flow.rate}/s{flow.what}"
    print(
        f"  {name}: p50 {percentile(counted, 0.5):.1f} ms, p99 {percentile(counted, 0.99):.1f} ms", flush=True
    )
    return within(f"{name}, p99", percentile(counted, 0.99), "ms", at_most=at_most)


async def _at_rate(house: House, flow: Flow) -> list[UUID]:
    """Ask for one command after another at the flow's rate; the ids in the order they were asked for."""
    ids = await flow.prepare(house, flow.warming + scaled(flow.rate * SECONDS))
    began = time.monotonic()
    asked = []
    for number, id_ in enumerate(ids):
        await asyncio.sleep(max(0.0, began + number / flow.rate - time.monotonic()))
        call = house.caller.call(flow.command(id_), flow.actor, new_id(), timeout=PATIENCE)
        asked.append(asyncio.create_task(call))
    await asyncio.gather(*asked)
    print(f"  {len(asked) / (time.monotonic() - began):.0f} commands/s answered", flush=True)
    return ids


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
