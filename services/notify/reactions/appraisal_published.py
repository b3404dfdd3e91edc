"""Units that are praised or have to rectify learn it when the appraisal is published; proposers read it on its page."""

from collections.abc import Sequence
from uuid import UUID

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.reactions.unit_people import people_of
from services.notify.rules import feedback_texts as texts
from tongxin_contracts.proposals.feedback_events import AppraisalPublished
from tongxin_contracts.words import AppraisalOutcome, UnitDuty


async def on_appraisal_published(events: Sequence[Incoming[AppraisalPublished]], work: Work) -> None:
    """Tell the people of those units, then the agencies; somebody in units of both kinds is told what is to do."""
    concerned = {
        unit.unit_id
        for event in events
        for unit in event.data.units
        if unit.outcome in (AppraisalOutcome.PRAISED, AppraisalOutcome.RECTIFY)
    }
    people = await people_of(work, concerned, list(UnitDuty))

    def whom(event: AppraisalPublished, outcome: AppraisalOutcome) -> list[UUID]:
        units = [unit.unit_id for unit in event.units if unit.outcome is outcome]
        return [person for unit in units for person in people[unit]]

    await tell(
        events,
        work,
        whom=lambda event: whom(event, AppraisalOutcome.RECTIFY),
        what=lambda event: texts.to_rectify(event.year, event.rectify_by),
    )
    await tell(
        events,
        work,
        whom=lambda event: whom(event, AppraisalOutcome.PRAISED),
        what=lambda event: texts.praised(event.year),
    )
    await forward(events, work)
