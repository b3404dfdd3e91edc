"""Who is a member of which committee and sector is kept here, so that a circular finds them."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify import tables
from services.notify.reactions.forwarding import forward
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged
from tongxin_contracts.words import MemberStanding


async def on_member_admitted(events: Sequence[Incoming[MemberAdmitted]], work: Work) -> None:
    """Know the new member, and tell agencies that follow."""
    await know(events, work)
    await forward(events, work)


async def on_member_changed(events: Sequence[Incoming[MemberChanged]], work: Work) -> None:
    """Know the member as they are now."""
    await know(events, work)


async def know(
    events: Sequence[Incoming[MemberAdmitted]] | Sequence[Incoming[MemberChanged]], work: Work
) -> None:
    """One statement; events of one member come in order, so the last one counts."""
    rows = {
        event.data.member_id: {
            "member_id": event.data.member_id,
            "committee": event.envelope.committee,
            "person": event.data.person_id,
            "sector": event.data.sector.value,
            "serving": not isinstance(event.data, MemberChanged)
            or event.data.standing is MemberStanding.SERVING,
        }
        for event in events
    }
    known = list(rows.values())
    work.insert_later(tables.member_person, known, key="member_id", replacing=("person", "sector", "serving"))
