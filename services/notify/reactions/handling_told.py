"""Handling as notify tells of it: proposers learn what concerns them, units what comes back to them, agencies each step.

Work to do is in the list of work; a notice is for what one would not find there.
"""

from collections.abc import Sequence
from typing import Final

from chassis.inbox import Incoming, Reaction
from chassis.work import Work
from services.notify.reactions.forwarding import forward
from services.notify.reactions.telling import tell
from services.notify.reactions.unit_people import people_of
from services.notify.rules import handling_texts as texts
from tongxin_contracts.message import Event
from tongxin_contracts.proposals.handling_events import (
    AllocationAccepted,
    AllocationReturned,
    DispatchSigned,
    ExtensionDecided,
    HandlingOverdue,
    OpinionGiven,
    ProposalDispatched,
    ProposalPreDispatched,
    ProposalReplied,
    ReplyMoved,
    ResponsibilitiesSet,
    ResultReported,
    ReturnAnswered,
    TalkRecorded,
)
from tongxin_contracts.words import AllocationPart, UnitDuty


async def on_return_answered(events: Sequence[Incoming[ReturnAnswered]], work: Work) -> None:
    """The first proposer learns who has it now."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.return_answered(event.title, event.answer, moved=event.new_unit is not None),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_proposal_dispatched(events: Sequence[Incoming[ProposalDispatched]], work: Work) -> None:
    """All proposers learn until when they will have an answer."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.dispatched(
            event.title, next((unit.due_at for unit in event.units if unit.part is AllocationPart.LEAD), None)
        ),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_extension_decided(events: Sequence[Incoming[ExtensionDecided]], work: Work) -> None:
    """The unit's handlers learn their date."""
    people = await people_of(work, {event.data.unit_id for event in events}, [UnitDuty.HANDLER])
    await tell(
        events,
        work,
        whom=lambda event: people[event.unit_id],
        what=lambda event: texts.extension_decided(
            event.title, event.due_at, event.reason, granted=event.granted
        ),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_opinion_given(events: Sequence[Incoming[OpinionGiven]], work: Work) -> None:
    """The lead unit's handlers learn that it is there; what it says is on their page."""
    people = await people_of(work, {event.data.lead_unit for event in events}, [UnitDuty.HANDLER])
    await tell(
        events,
        work,
        whom=lambda event: people[event.lead_unit],
        what=lambda event: texts.opinion_given(event.title),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_talk_recorded(events: Sequence[Incoming[TalkRecorded]], work: Work) -> None:
    """The first proposer can say that it never was."""
    await tell(
        events,
        work,
        whom=lambda event: event.first_proposer,
        what=lambda event: texts.talk_recorded(event.title, event.form, event.on),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_proposal_replied(events: Sequence[Incoming[ProposalReplied]], work: Work) -> None:
    """All proposers learn that the letter is there."""
    await tell(
        events,
        work,
        whom=lambda event: (event.first_proposer, *event.co_proposers),
        what=lambda event: texts.replied(
            event.title, event.letter_number, event.reply_class, again=event.round > 1
        ),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


async def on_handling_overdue(events: Sequence[Incoming[HandlingOverdue]], work: Work) -> None:
    """The unit's handlers and its head learn that the date has passed."""
    duties = [UnitDuty.HANDLER, UnitDuty.SIGNER]
    people = await people_of(work, {event.data.unit_id for event in events}, duties)
    await tell(
        events,
        work,
        whom=lambda event: people[event.unit_id],
        what=lambda event: texts.overdue(event.title, event.part, event.due_at),
        matter=lambda event: event.proposal_id,
    )
    await forward(events, work)


HANDLING_REACTIONS: Final[dict[type[Event], Reaction]] = {
    ProposalPreDispatched: forward,
    AllocationAccepted: forward,
    AllocationReturned: forward,
    ReturnAnswered: on_return_answered,
    ProposalDispatched: on_proposal_dispatched,
    DispatchSigned: forward,
    ResponsibilitiesSet: forward,
    ResultReported: forward,
    ExtensionDecided: on_extension_decided,
    OpinionGiven: on_opinion_given,
    TalkRecorded: on_talk_recorded,
    ReplyMoved: forward,
    ProposalReplied: on_proposal_replied,
    HandlingOverdue: on_handling_overdue,
}
"""Every event of handling that somebody outside it is told of."""
