"""Asks the services as the portal does, without a browser: for the demo city and for tests.

Needs the portal's keys, so it works only where the data folder is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from nats.aio.client import Client

from chassis import bus
from chassis.clock import SystemClock
from chassis.files import ObjectStoreFiles
from chassis.identity import Actor, TokenSigner
from chassis.ids import new_id
from chassis.settings import Settings
from infra.local.stack import Stack
from tongxin_contracts.message import Answer, Request

A = TypeVar("A", bound=Answer)


@dataclass(slots=True)
class Asker:
    """A connection with the portal's rights, and its signature under every request."""

    stack: Stack
    connection: Client
    caller: bus.Caller

    @classmethod
    async def open(cls, stack: Stack) -> "Asker":
        """Connect as the portal does."""
        connection = await bus.connect(portal_settings(stack), "portal")
        signer = TokenSigner.from_file(stack.keys.token_private)
        return cls(stack, connection, bus.Caller(connection, signer, SystemClock()))

    async def close(self) -> None:
        """Give the connection back."""
        await self.connection.close()

    async def ask(
        self,
        request: Request,
        actor: Actor,
        request_id: UUID | None = None,
        *,
        as_of: datetime | None = None,
    ) -> Answer:
        """The answer to a request; raises the refusal. `as_of`: when a command is to have happened, in a rehearsal."""
        return await self.caller.call(request, actor, request_id or new_id(), as_of=as_of)

    async def ask_for(
        self, kind: type[A], request: Request, actor: Actor, *, as_of: datetime | None = None
    ) -> A:
        """The same where the caller wants the answer's own type."""
        answer = await self.ask(request, actor, as_of=as_of)
        assert isinstance(answer, kind)
        return answer

    async def upload(self, content: bytes) -> str:
        """Put a file where the portal puts uploads; its SHA-256."""
        return (await ObjectStoreFiles(self.connection.jetstream()).put(content)).digest


def portal_settings(stack: Stack) -> Settings:
    """What a process with the portal's rights on the bus is told."""
    named = {
        name.removeprefix("TONGXIN_").lower(): value for name, value in stack.environment("portal").items()
    }
    return Settings.model_validate({name: named[name] for name in Settings.model_fields if name in named})
