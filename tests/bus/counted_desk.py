"""One service's commands, queries and reactions in this process, on a real database that counts what it is asked.

The bus is a list: what would be published is counted as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from nats.aio.client import Client

from chassis.announcing import Announcer, Hint
from chassis.clock import SystemClock
from chassis.failpoints import Failpoints
from chassis.files import Files
from chassis.handling import Front
from chassis.held import Letter
from chassis.identity import Actor, TokenSigner, TokenVerifier
from chassis.ids import new_id
from chassis.inbox import Inbox
from chassis.sealing import Sealer
from chassis.service import Service
from chassis.work import Tools
from infra.local.stack import Stack
from tests.bus.counting import CountingDatabase
from tongxin_contracts.envelope import COMMAND_ID, TOKEN, Envelope
from tongxin_contracts.message import Answer, Event, Request


@dataclass(slots=True)
class Bus:
    """Remembers what is said instead of saying it."""

    said: list[str] = field(default_factory=list)

    async def publish(self, subject: str, _payload: bytes) -> None:
        """Note the subject."""
        self.said.append(subject)


class EachHint(Announcer):
    """Merges no hints, so that they can be counted."""

    def _rest(self, hint: Hint) -> None:
        pass


class CountedDesk:
    """Asks one service and tells it events; `statements` and `said` are of the last thing asked."""

    def __init__(self, stack: Stack, service: Service) -> None:
        self._service = service
        self._signer = TokenSigner(stack.keys.token_private.read_bytes())
        self._bus = Bus()
        self._asked = CountingDatabase(stack.database_url(service.name, "app"), pool_size=1)
        self._told = CountingDatabase(stack.database_url(service.name, "worker"), pool_size=1)
        tools = Tools(
            clock=SystemClock(),
            files=cast(Files, None),
            sealer=Sealer.from_file(stack.keys.sealing),
        )
        self._front = Front(
            service.name,
            service.handlers,
            database=self._asked,
            verifier=TokenVerifier(stack.keys.token_public.read_bytes(), service=service.name),
            tools=tools,
            announcer=EachHint(service.name, cast(Client, self._bus)),
            failpoints=Failpoints(),
            epoch=1,
        )
        self._inbox = Inbox(
            service.name, "counted", service.reactions, database=self._told, tools=tools, epoch=1
        )

    async def ask(self, request: Request, actor: Actor, request_id: UUID | None = None) -> Answer:
        """The answer; fails where the service refuses."""
        self._forget()
        request_id, body = request_id or new_id(), request.model_dump_json().encode()
        token = self._signer.sign(
            actor,
            service=self._service.name,
            request_id=request_id,
            body=body,
            now=datetime.now(UTC),
        )
        answered = await self._front.respond(type(request), body, {TOKEN: token, COMMAND_ID: str(request_id)})
        assert answered is not None
        assert answered[0] == 200, answered
        return request.answer.model_validate_json(answered[1])

    async def tell(self, events: Sequence[tuple[Event, UUID, int]], committee: str) -> None:
        """One batch of events: what happened, to which aggregate, as which of its versions."""
        self._forget()
        outcome = await self._inbox.take([_letter(*event, committee) for event in events])
        assert outcome.applied == len(events), outcome

    @property
    def statements(self) -> list[str]:
        """What the database was asked, without begin and commit."""
        return [*self._asked.sent, *self._told.sent]

    @property
    def said(self) -> list[str]:
        """Subjects of what was published after the commit."""
        return self._bus.said

    async def close(self) -> None:
        """Give connections back."""
        await self._asked.close()
        await self._told.close()

    def _forget(self) -> None:
        for seen in (self._asked.sent, self._told.sent, self._bus.said):
            cast(list[Any], seen).clear()


def _letter(event: Event, aggregate: UUID, version: int, committee: str) -> Letter:
    envelope = Envelope(
        id=new_id(),
        type=event.type_name(),
        source=event.service,
        time=datetime.now(UTC),
        committee=committee,
        actor="system:test",
        aggregate=aggregate,
        version=version,
        correlation_id=new_id(),
        causation_id=new_id(),
    )
    return Letter(
        subject=event.subject(committee),
        headers=envelope.headers(),
        payload=event.model_dump_json().encode(),
        stream_sequence=1,
    )
