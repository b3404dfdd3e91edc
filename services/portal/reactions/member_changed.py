"""Who is a member no more acts as one no more; what they did stays, and so does what else they are.

Kept apart from memberships on purpose: contact data comes by another stream, so which of the two is heard first is
chance. Whoever reads memberships leaves out what stands here.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged
from tongxin_contracts.words import MemberStanding

_LEFT = """
insert into former_member (person_id, committee) select * from unnest($1::uuid[], $2::text[])
on conflict do nothing
"""
_BACK = """
delete from former_member using unnest($1::uuid[], $2::text[]) as back (person_id, committee)
where former_member.person_id = back.person_id and former_member.committee = back.committee
"""


async def on_member_changed(events: Sequence[Incoming[MemberChanged]], work: Work) -> None:
    """Keep who left and who is back; of several changes in a batch the last one counts."""
    standing = {(event.data.person_id, event.envelope.committee): event.data.standing for event in events}
    left = [who for who, now in standing.items() if now is not MemberStanding.SERVING]
    back = [who for who, now in standing.items() if now is MemberStanding.SERVING]
    await work.tx.raw.execute(_LEFT, *_columns(left))
    await work.tx.raw.execute(_BACK, *_columns(back))


async def on_member_admitted(events: Sequence[Incoming[MemberAdmitted]], work: Work) -> None:
    """Who is admitted is a member, whatever they were before."""
    await work.tx.raw.execute(
        _BACK, *_columns([(event.data.person_id, event.envelope.committee) for event in events])
    )


def _columns(who: Sequence[tuple[UUID, str]]) -> tuple[list[UUID], list[str]]:
    return [person for person, _ in who], [committee for _, committee in who]
