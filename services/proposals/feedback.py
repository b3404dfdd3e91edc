"""What follows a signed reply: proposers are asked, and what was promised is written down with its date.

Called by whoever signs a reply, inside that command's transaction. Always holds: the committee asks, never the unit;
every proposer is asked once in a round; a promise with a date is a row of its own from the moment it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chassis.work import Aggregate, Work
from tongxin_contracts.words import ReplyClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    """How a reply answers one suggestion."""

    suggestion: int
    """Its place in the proposal, from 0."""
    text: str
    reply_class: ReplyClass
    promised_by: date | None = None


async def after_reply(
    handling: Aggregate, proposal: Aggregate, lines: Sequence[ReplyLine], work: Work
) -> None:
    """Open the window and write the promises; the handling is REPLIED already, in the round it has."""
