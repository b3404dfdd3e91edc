"""Members learn what was put right in their records, and what became of their appeals."""

from collections.abc import Sequence

from chassis.inbox import Incoming
from chassis.work import Work
from services.notify.reactions.telling import tell
from services.notify.rules import duty_texts
from tongxin_contracts.members.points import (
    AppealAnswered,
    DutyCorrected,
    ExitSuggestionWithdrawn,
    PointsAppealed,
)


async def on_duty_corrected(events: Sequence[Incoming[DutyCorrected]], work: Work) -> None:
    """Tell whose record it is."""
    await tell(
        events,
        work,
        whom=lambda event: event.person_id,
        what=lambda event: duty_texts.duty_corrected(event.kind, event.on, event.quantity, event.attendance),
    )


async def on_exit_withdrawn(events: Sequence[Incoming[ExitSuggestionWithdrawn]], work: Work) -> None:
    """Tell the member that nothing is left to decide."""
    await tell(
        events,
        work,
        whom=lambda event: event.person_id,
        what=lambda event: duty_texts.exit_withdrawn(event.year, event.points),
    )


async def on_points_appealed(events: Sequence[Incoming[PointsAppealed]], work: Work) -> None:
    """Tell the member that it has arrived; the office has it as a task."""
    await tell(
        events,
        work,
        whom=lambda event: event.person_id,
        what=lambda event: duty_texts.points_appealed(event.year),
    )


async def on_appeal_answered(events: Sequence[Incoming[AppealAnswered]], work: Work) -> None:
    """Tell the member the answer."""
    await tell(
        events,
        work,
        whom=lambda event: event.person_id,
        what=lambda event: duty_texts.appeal_answered(event.year, event.answer, granted=event.granted),
    )
