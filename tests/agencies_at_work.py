"""What tests do again and again with agencies: add one, subscribe it, read as it reads, look at what it was handed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from infra.local.agencies import Credentials
from infra.local.stack import Stack
from tests.house import COUNTY, House, person
from tests.waiting import until_async
from tongxin_contracts.agency_event import AgencyEvent
from tongxin_contracts.classification import Classification
from tongxin_contracts.client import AgencyClient
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.notify.queries import Agencies, AgenciesAnswer
from tongxin_contracts.permissions import Role


async def subscribe(
    house: House,
    agency: str,
    *,
    committee: str = COUNTY,
    clearance: Classification = Classification.PUBLIC,
    events: tuple[str, ...] = ("proposals.proposal_filed",),
) -> UUID:
    """As the committee's administrator; the subscription's id."""
    command = SubscribeAgency(
        committee=committee,
        subscription_id=new_id(),
        agency=agency,
        agency_name="清源县督查室",
        events=list(events),
        clearance=clearance,
    )
    await house.ask(command, person(Role.ADMIN, committee=committee))
    return command.subscription_id


async def add(stack: Stack, agency: str) -> Credentials:
    """As the operator; outside the event loop, which must go on meanwhile."""
    return await asyncio.to_thread(stack.add_agency, agency, f"机构 {agency}")


async def handed_over(house: House, agency: str, events: int, committee: str = COUNTY) -> None:
    """Wait until so many events are in the agency's stream."""

    async def all_there() -> bool:
        answer = await house.ask(Agencies(committee=committee), person(Role.ADMIN, committee=committee))
        assert isinstance(answer, AgenciesAnswer)
        found = [one for one in answer.subscriptions if one.agency == agency]
        return sum(delivery.handed_over for one in found for delivery in one.deliveries) >= events

    await until_async(all_there, f"{events} events handed over to {agency}")


async def read(credentials: Credentials, count: int) -> list[AgencyEvent]:
    """The next so many events, each acknowledged."""
    found: list[AgencyEvent] = []
    async with AgencyClient.from_folder(credentials.folder) as client:
        events = client.events()
        while len(found) < count:
            found.append(await asyncio.wait_for(anext(events), 10))
        await nothing_more(events)
    return found


async def nothing_more(events: AsyncIterator[AgencyEvent]) -> None:
    """Nothing else waits; asking for it also acknowledges what came last."""
    try:
        extra = await asyncio.wait_for(anext(events), 0.5)
    except TimeoutError:
        return
    raise AssertionError(f"one event too many: {extra}")


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[tuple[int, Callable[[], Any]]]:
    """A port that leads to another one, and a function that cuts every connection through it."""
    writers: set[asyncio.StreamWriter] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        writers.update((writer, far_writer))
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer), return_exceptions=True)

    def cut() -> None:
        for writer in writers:
            writer.transport.abort()
        writers.clear()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], cut
        cut()


def example() -> Path:
    """The program that the documentation shows."""
    return Path(__file__).resolve().parents[1] / "docs" / "examples" / "agency.py"
