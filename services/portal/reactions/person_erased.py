"""Somebody was erased: what this service holds of theirs goes too."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.personal import erase
from chassis.work import Work
from services.portal.erasure import ERASURE
from tongxin_contracts.members.erasure import PersonErased


async def on_person_erased(events: Sequence[Incoming[PersonErased]], work: Work) -> None:
    """Empty everything of these people; as many statements as there are erasers."""
    await erase(ERASURE, [event.data.person_id for event in events], work)
