"""Who has resigned acts as a member no more; what they did stays."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.members.events import ExitDecided
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ExitDecision

_ENDED = """
update membership set roles = array_remove(roles, $3), ended_at = case when roles = array[$3] then $4 end
from unnest($1::uuid[], $2::text[]) as left_ (person_id, committee)
where membership.person_id = left_.person_id and membership.committee = left_.committee
"""


async def on_exit_decided(events: Sequence[Incoming[ExitDecided]], work: Work) -> None:
    """End the memberships of those who resigned."""
    resigned = [event for event in events if event.data.decision is ExitDecision.RESIGN]
    if resigned:
        await work.tx.raw.execute(
            _ENDED,
            [event.data.person_id for event in resigned],
            [event.envelope.committee for event in resigned],
            Role.MEMBER.value,
            work.now,
        )
