"""Has notify note who acts in which role, once in a while, so that a role's overdue work finds its people (ADR 0012)."""

from datetime import datetime, timedelta
from typing import Final

from chassis.bus import Caller
from chassis.identity import Actor
from chassis.ids import new_id
from tongxin_contracts.notify.channels import ShowRoles

AGAIN_AFTER: Final = timedelta(hours=12)
_MOST: Final = 20_000


class RolesShown:
    """Remembers whose roles were shown lately; forgetting costs one more request."""

    def __init__(self) -> None:
        self._shown: dict[Actor, datetime] = {}

    async def show(self, actor: Actor, caller: Caller, now: datetime, *, timeout: float) -> None:
        """Show them unless that was done lately; raises what the request raises."""
        last = self._shown.get(actor)
        if last is not None and now < last + AGAIN_AFTER:
            return
        await caller.call(ShowRoles(committee=actor.committee), actor, new_id(), timeout=timeout)
        if len(self._shown) >= _MOST:
            self._shown.clear()
        self._shown[actor] = now
