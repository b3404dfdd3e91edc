"""What proposals can be asked to do."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.message import Answer, Command, Done, LongText
from tongxin_contracts.words import Category, Ground

DraftText = Annotated[str, StringConstraints(max_length=20_000)]
"""A draft keeps whatever was typed; limits are checked when it is handed in."""


class DraftSaved(Answer):
    """What was typed is safe."""

    draft_id: UUID
    revision: int
    saved_at: datetime


class SaveDraft(Command, service="proposals", answer=DraftSaved):
    """Keep what was typed so far; opens the draft when there is none yet.

    Works on what was returned for change as well: then `draft_id` is the proposal's id.
    """

    draft_id: UUID
    revision: int = Field(ge=0)
    """The revision this text was typed on, 0 for a new draft; another one means somebody else saved meanwhile."""
    title: DraftText = ""
    facts: DraftText = ""
    analysis: DraftText = ""
    suggestions: list[DraftText] = Field(default_factory=list, max_length=20)
    category: Category | None = None
    hint_id: UUID | None = None
    """The topic of a call that it follows; None leaves it as it is."""


class DiscardDraft(Command, service="proposals", answer=Done):
    """Throw a draft away."""

    draft_id: UUID


class SubmitProposal(Command, service="proposals", answer=Done):
    """Hand a draft in; its id becomes the proposal's."""

    draft_id: UUID
    revision: int | None = Field(default=None, ge=0)
    """The revision the proposer saw; None takes the latest."""


class Decided(Done):
    """A round decided."""

    next_round: str | None = None
    """The round that has it next; None when the decision took effect."""


class ProposalFiledAnswer(Decided):
    """It is filed under a number, or recommended for it."""

    number: str | None
    """None in a round before the last one."""


class FileProposal(Command, service="proposals", answer=ProposalFiledAnswer):
    """立案: give it a number; refused unless it waits for review in a round the actor sits in."""

    proposal_id: UUID
    expected_version: int
    """The version the reviewer read; a clash says who changed what."""
    disputed: bool = False
    """The round was not of one mind: a later round for disputed ones must see it."""


class ReturnProposal(Command, service="proposals", answer=Decided):
    """退回修改: give it back with what is to be changed."""

    proposal_id: UUID
    expected_version: int
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    disputed: bool = False


class DeclineProposal(Command, service="proposals", answer=Decided):
    """不予立案 on one of the ten grounds."""

    proposal_id: UUID
    expected_version: int
    ground: Ground
    explanation: LongText = ""
    disputed: bool = False
