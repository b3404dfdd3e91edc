"""Who serves in the committee: only they can be asked to sign a proposal together."""

from collections.abc import Sequence
from uuid import UUID

from chassis.inbox import Incoming
from chassis.work import Work
from services.proposals import review_tables
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged
from tongxin_contracts.words import MemberStanding


async def on_member_admitted(events: Sequence[Incoming[MemberAdmitted]], work: Work) -> None:
    """A member serves from now on."""
    await _keep([(event, True) for event in events], work)


async def on_member_changed(events: Sequence[Incoming[MemberChanged]], work: Work) -> None:
    """Serves still, or does not any more."""
    await _keep([(event, event.data.standing is MemberStanding.SERVING) for event in events], work)


async def _keep(
    members: Sequence[tuple[Incoming[MemberAdmitted] | Incoming[MemberChanged], bool]], work: Work
) -> None:
    """One statement; of two events about one member the later one counts."""
    rows: dict[UUID, dict[str, object]] = {
        event.data.member_id: {
            "id": event.data.member_id,
            "committee": event.envelope.committee,
            "person_id": event.data.person_id,
            "serving": serving,
        }
        for event, serving in members
    }
    known = list(rows.values())
    work.insert_later(review_tables.committee_member, known, key="id", replacing=("person_id", "serving"))
