"""The running house as tests use it: real servers, real service processes, and somebody who asks.

`ask` is what the portal does: it signs a token for one request and sends it over the bus.
"""

from dataclasses import dataclass
from uuid import UUID

from nats.aio.client import Client

from chassis import bus
from chassis.clock import SystemClock
from chassis.identity import Actor, TokenSigner
from chassis.ids import new_id
from chassis.settings import Settings
from infra.local.stack import Stack
from tongxin_contracts.message import Answer, Request
from tongxin_contracts.permissions import Role

CITY, COUNTY, BESIDE = "340900", "340921", "340922"
"""安和市, 清源县 under it, and 云岭县 beside that."""


@dataclass(slots=True)
class House:
    """A stack with its services, and a way to ask them."""

    stack: Stack
    connection: Client
    caller: bus.Caller

    @classmethod
    async def open(cls, stack: Stack) -> "House":
        """Connect as the portal does."""
        settings = portal_settings(stack)
        connection = await bus.connect(settings, "portal")
        signer = TokenSigner(stack.keys.token_private.read_bytes())
        return cls(stack, connection, bus.Caller(connection, signer, SystemClock()))

    async def ask(self, request: Request, actor: Actor, request_id: UUID | None = None) -> Answer:
        """The answer to a request; raises the refusal."""
        return await self.caller.call(request, actor, request_id or new_id())


def portal_settings(stack: Stack) -> Settings:
    """What a process with the portal's rights on the bus is told."""
    variables = stack.environment("portal")
    return Settings(
        **{
            name.removeprefix("TONGXIN_").lower(): value
            for name, value in variables.items()
            if name.startswith("TONGXIN_") and name.removeprefix("TONGXIN_").lower() in Settings.model_fields
        }
    )


def person(*roles: Role, committee: str = COUNTY, person_id: UUID | None = None) -> Actor:
    """Somebody with these roles in a committee."""
    return Actor(id=str(person_id or new_id()), committee=committee, roles=roles)
