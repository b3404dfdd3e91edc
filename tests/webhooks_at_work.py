"""What tests do again and again with webhooks: a receiver that can misbehave, a subscription, secrets, signatures checked anew."""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from infra.local.ports import free_port
from tests.house import House, person
from tests.waiting import until_async
from tongxin_contracts.classification import Classification
from tongxin_contracts.notify.agencies import (
    AgencyDeliveries,
    AgencyDeliveriesAnswer,
    AgencyDelivery,
    SetWebhook,
)
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Road, WebhookState

TEST_TYPE = "tongxin.notify.webhook_test.v1"


def new_secret() -> str:
    """As the page makes one."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


@dataclass
class Got:
    """A request as the receiver got it."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    def verifies(self, secret: str) -> bool:
        """By the words of the specification, with nothing of ours."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.webhook_id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        given = [part.partition(",") for part in self.headers["webhook-signature"].split(" ")]
        return any(version == "v1" and hmac.compare_digest(value, wanted) for version, _, value in given)


@dataclass
class Receiver:
    """An HTTP server; what it answers is decided by a function of the event."""

    port: int
    answer: Callable[[Got], int | str | None] = lambda _got: 204
    """A status; a text is a Location to redirect to; None hangs until the end."""
    pause: float = 0.0
    """Seconds it takes for each answer."""
    got: list[Got] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    @property
    def events(self) -> list[Got]:
        """Without test events."""
        return [got for got in self.got if got.event["type"] != TEST_TYPE]

    def times(self) -> Counter[str]:
        """How often each event came, by its id."""
        return Counter(got.event["id"] for got in self.events)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            pairs = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, _, value in pairs}
            got = Got(headers, await reader.readexactly(int(headers.get("content-length", "0"))))
            self.got.append(got)
            await asyncio.sleep(self.pause)
            decided = self.answer(got)
            if decided is None:
                await reader.read()  # until the other side gives up
                return
            location = f"location: {decided}\r\n" if isinstance(decided, str) else ""
            status = 302 if isinstance(decided, str) else decided
            writer.write(
                f"HTTP/1.1 {status} x\r\n{location}content-length: 2\r\nconnection: close\r\n\r\nok".encode()
            )
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiver(answer: Callable[[Got], int | str | None] | None = None) -> AsyncIterator[Receiver]:
    """A receiver of the test's own, in this event loop."""
    made = Receiver(free_port())
    if answer:
        made.answer = answer
    server = await asyncio.start_server(made.serve, "127.0.0.1", made.port)
    try:
        yield made
    finally:
        server.close()


async def subscribe_webhook(
    house: House,
    agency: str,
    committee: str,
    *,
    events: tuple[str, ...] = ("proposals.proposal_filed",),
    clearance: Classification = Classification.PUBLIC,
) -> UUID:
    """A subscription by webhook, without an address yet."""
    command = SubscribeAgency(
        committee=committee, subscription_id=new_id(), agency=agency, agency_name=f"机构 {agency}",
        events=list(events), clearance=clearance, road=Road.WEBHOOK,
    )  # fmt: skip
    await house.ask(command, admin(committee))
    return command.subscription_id


async def set_webhook(
    house: House, subscription: UUID, committee: str, url: str, secret: str, *, active: bool = True
) -> None:
    """Set the address; waits until it has answered its test."""
    await house.ask(
        SetWebhook(committee=committee, subscription_id=subscription, url=url, secret=secret),
        admin(committee),
    )
    if active:
        await in_state(house, subscription, committee, WebhookState.ACTIVE)


async def in_state(house: House, subscription: UUID, committee: str, state: WebhookState) -> None:
    """Wait until the webhook is in this state."""

    async def it_is() -> bool:
        webhook = (await deliveries(house, subscription, committee)).webhook
        return webhook is not None and webhook.state is state

    await until_async(it_is, f"the webhook is {state}", limit=20)


async def deliveries(house: House, subscription: UUID, committee: str, **more: Any) -> AgencyDeliveriesAnswer:
    """The page of deliveries as the administrator asks for it."""
    query = AgencyDeliveries(committee=committee, subscription_id=subscription, **more)
    answer = await house.ask(query, admin(committee))
    assert isinstance(answer, AgencyDeliveriesAnswer)
    return answer


async def real_ones(house: House, subscription: UUID, committee: str) -> list[AgencyDelivery]:
    """Deliveries that are no tests, the newest first."""
    answer = await deliveries(house, subscription, committee, event="proposals.proposal_filed")
    return answer.deliveries


def admin(committee: str) -> Any:
    """The committee's administrator."""
    return person(Role.ADMIN, committee=committee)
