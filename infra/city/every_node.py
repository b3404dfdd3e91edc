"""Talks to each node of a city's bus over a connection of its own: what is said holds while nodes lose each other.

Always holds: a node is asked by nobody but itself, so an answer never has to travel over the routes that are being
changed.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error as NatsError

from infra.local.keys import Keys
from infra.local.problems import StackError
from infra.nats.config import SYSTEM_USER
from infra.nats.connection import bus

_ANSWERS_WITHIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Reached:
    """One node that answers."""

    name: str
    id: str
    client: Client

    async def routes(self) -> Counter[str]:
        """Name of another node -> how many routes there are to it."""
        found = await self._ask("ROUTEZ")
        return Counter(str(route["remote_name"]) for route in found["routes"] or ())

    async def keeps_its_routes(self) -> bool:
        """Whether a reload would cut none of them: it keeps those that it dials itself, whoever dialled first."""
        found = await self._ask("ROUTEZ")
        return all(route["did_solicit"] for route in found["routes"] or ())

    async def is_well(self) -> bool:
        """Whether it finds its streams and consumers current and led."""
        return bool((await self._ask("HEALTHZ"))["status"] == "ok")

    async def reload(self) -> None:
        """Have it read its file again; raises StackError when it does not take it, or says nothing."""
        try:
            answer = await self._request("RELOAD")
        except (NatsError, TimeoutError) as error:
            raise StackError(f"{self.name} 没有应答；恢复后运行 tongxin keys finish routes。") from error
        if problem := answer.get("error"):
            raise StackError(f"{self.name} 不接受新的配置：{problem.get('description', problem)}")

    async def _ask(self, what: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self._request(what))["data"]
        return found

    async def _request(self, what: str) -> dict[str, Any]:
        subject = f"$SYS.REQ.SERVER.{self.id}.{what}"
        answer = await self.client.request(subject, b"", timeout=_ANSWERS_WITHIN)
        found: dict[str, Any] = json.loads(answer.data)
        return found


@asynccontextmanager
async def every_node(url: str, keys: Keys) -> AsyncIterator[Sequence[Reached]]:
    """A connection to each server of the address that takes one."""
    async with AsyncExitStack() as end:
        found = []
        for address in url.split(","):
            try:
                client = await end.enter_async_context(bus(address, keys.seed(SYSTEM_USER), SYSTEM_USER))
                answer = await client.request("$SYS.REQ.USER.INFO", b"", timeout=_ANSWERS_WITHIN)
            except (OSError, NatsError):
                continue  # who is missing is for the caller to say
            server = json.loads(answer.data)["server"]
            found.append(Reached(server["name"], server["id"], client))
        yield found
