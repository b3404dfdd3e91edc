"""F14 at the door: the portal is replaced while browsers write through it.

In front of it stands what stands there in production: something that sends a request to whoever takes connections.
Here that is the browser itself, which asks the newest portal and, where nobody listens there, the one before it.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.ids import new_id
from infra.local.ports import free_ports
from infra.local.program import Running
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery, times
from tests.house import COUNTY
from tests.portal_at_work import Visitor, signed_in
from tests.processes import START
from tests.proposals_at_work import TEXT
from tests.waiting import until_async
from tongxin_contracts.message import Command
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal

ROUNDS = times("TONGXIN_FAULT_ROUNDS", ci=3, whole=10)
WITHIN = 15.0


@dataclass
class Door:
    """The portals as a balancer sees them: the newest first."""

    portals: list[tuple[str, Running]] = field(default_factory=list)

    def addresses(self) -> list[str]:
        """Where to ask, in order."""
        return [address for address, _ in reversed(self.portals)]


@dataclass
class Balanced(httpx.AsyncBaseTransport):
    """Sends each request to the first portal that takes the connection; what was sent is never sent again."""

    door: Door
    inner: httpx.AsyncHTTPTransport = field(default_factory=lambda: httpx.AsyncHTTPTransport(http2=False))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask whoever is there."""
        refused: Exception | None = None
        for address in self.door.addresses():
            request.url = request.url.copy_with(port=int(address.rsplit(":", 1)[1]))
            try:
                return await self.inner.handle_async_request(request)
            except httpx.ConnectError as error:
                refused = error
        raise refused or httpx.ConnectError("no portal")


@asynccontextmanager
async def first_door(processes: Processes) -> AsyncIterator[Door]:
    """One portal, ready."""
    stack = processes.stack
    processes.running["portal"] = await asyncio.to_thread(stack.start_service, "portal")
    yield Door([(f"http://127.0.0.1:{stack.ports.portal}", processes.running["portal"])])


@dataclass
class Browsers:
    """People who write proposals in browsers until they are told to stop."""

    history: History
    statuses: list[int] = field(default_factory=list)
    stopping: bool = False

    async def work(self, visitor: Visitor, chance: random.Random) -> None:
        """Save and hand in, again and again; every answer has to be a yes."""
        while not self.stopping:
            proposal = new_id()
            text = TEXT | {"title": f"门口改造第 {chance.randint(0, 10**6)} 件"}
            await self._send(
                visitor, SaveDraft(committee=COUNTY, draft_id=proposal, revision=0, **text), proposal
            )
            await self._send(visitor, SubmitProposal(committee=COUNTY, draft_id=proposal), proposal)

    async def _send(self, visitor: Visitor, command: Command, proposal: UUID) -> None:
        response = await visitor.ask(command)
        self.statuses.append(response.status_code)
        answer: dict[str, Any] = response.json()
        self.history.note(
            "promise",
            command=type(command).__name__,
            aggregate=str(proposal),
            version=answer.get("version") if isinstance(command, SubmitProposal) else None,
            outcome="done" if response.status_code < 300 else str(response.status_code),
        )


@pytest.mark.fault("F14", invariants="I1 I2")
@pytest.mark.timeout(600)
async def test_f14_the_portal_is_replaced_under_browsers(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """No request fails and none is cut off: the old one answers what it took and goes with 0 within 15 s."""
    stack, browsers = processes.stack, Browsers(history)
    async with (
        first_door(processes) as door,
        signed_in(stack, Role.MEMBER) as first,
        signed_in(stack, Role.MEMBER) as second,
    ):
        for visitor in (first, second):
            visitor.client._transport = Balanced(door)
        working = [
            asyncio.create_task(browsers.work(visitor, random.Random(SEED + place)))
            for place, visitor in enumerate((first, second))
        ]
        try:
            for _round in range(ROUNDS):
                answered = len(browsers.statuses)
                await until_async(lambda: len(browsers.statuses) > answered + 6, "work goes on", limit=30)  # noqa: B023
                recovery.took(await replace_portal(processes, door), within=WITHIN)
        finally:
            browsers.stopping = True
            await asyncio.gather(*working)
        assert set(browsers.statuses) == {200}, "nobody was refused"
        await city.whole_within(history, WITHIN)


async def replace_portal(processes: Processes, door: Door) -> float:
    """Start the next one, then tell the one before to go; seconds until it was gone."""
    ports = free_ports()
    extra = {"TONGXIN_HEALTH_PORT": str(ports.health["portal"]), "TONGXIN_PORTAL_PORT": str(ports.portal)}
    new = processes.running["next portal"] = Running(processes.stack.service_program("portal", extra))
    await asyncio.to_thread(new.wait_ready, START)
    door.portals.append((f"http://127.0.0.1:{ports.portal}", new))
    _address, old = door.portals[0]
    processes.running["portal"] = processes.running.pop("next portal")
    began = time.monotonic()
    code = await asyncio.to_thread(old.stop)
    assert code == 0, old.program.last_lines(40)
    door.portals.pop(0)
    return time.monotonic() - began
