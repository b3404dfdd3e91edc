"""A consultation was concluded: it counts for its place, and whoever took part gets the credit.

Always holds: a process counts once; a fact's id is made from the process and the person, so an event that comes again
adds nothing; three statements for however many events.
"""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from services.members import coverage_tables
from services.members.reactions.proposal_facts import again_after_restore, members_among
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.words import Attendance, Authorship, DutyKind, StepOutcome


async def on_process_concluded(events: Sequence[Incoming[ProcessConcluded]], work: Work) -> None:
    """Keep it as evidence."""
    placed = [event for event in events if event.data.place]
    if placed:
        await work.tx.sql.execute(
            insert(coverage_tables.held_consultation).on_conflict_do_nothing(),
            [
                {
                    "process_id": event.data.process_id,
                    "committee": event.envelope.committee,
                    "place": event.data.place,
                    "title": event.data.title,
                    "on_day": local_date(event.envelope.time),
                    "solved": event.data.consensus and event.data.rating is not StepOutcome.DISSATISFIED,
                    "took_part": len(event.data.took_part),
                }
                for event in placed
            ],
        )
    parts = [(event, person) for event in events for person in event.data.took_part]
    members = await members_among(work, {(event.envelope.committee, person) for event, person in parts})
    facts = [
        {
            "id": derived_id("fact", DutyKind.ACTIVITY.value, event.data.process_id, person),
            "committee": event.envelope.committee,
            "member_id": members[event.envelope.committee, person],
            "kind": DutyKind.ACTIVITY,
            "on_day": local_date(event.envelope.time),
            "quantity": 1,
            "attendance": Attendance.PRESENT,
            "authors": 1,
            "position": 1,
            "share_role": Authorship.SOLE,
            "evidence": f"{event.data.template_name}：{event.data.title}",
            "matter": event.data.process_id,
            "source_event": event.envelope.id,
            "recorded_at": event.envelope.time,
            "recorded_by": event.envelope.actor,
        }
        for event, person in parts
        if (event.envelope.committee, person) in members
    ]
    if facts:
        await work.tx.sql.execute(again_after_restore(), facts)
