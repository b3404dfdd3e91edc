"""What proposals can be asked to do in handling: from pre-dispatch to the signed reply."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.message import Answer, Command, Done
from tongxin_contracts.words import ReplyClass, TalkForm

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Place = Annotated[int, Field(ge=0, le=19)]
"""A suggestion's place in the proposal, from 0."""


class PreDispatch(Command, service="proposals", answer=Done):
    """预交办: ask units whether a filed proposal is theirs."""

    proposal_id: UUID
    lead_unit: UUID
    co_units: list[UUID] = Field(default_factory=list, max_length=10)
    separate: bool = False
    """分办: the other units answer for their own parts; what they write goes to the first one, whose letter answers for all."""


class AcceptAllocation(Command, service="proposals", answer=Done):
    """A unit says it is theirs."""

    proposal_id: UUID


class ReturnAllocation(Command, service="proposals", answer=Done):
    """A unit says it is not theirs, within the working days allowed, with its reason."""

    proposal_id: UUID
    reason: Reason
    suggested_unit: UUID | None = None
    """Whose it is in their eyes."""


class Reallocate(Command, service="proposals", answer=Done):
    """The office answers a return: another unit takes the part, or this one keeps it."""

    proposal_id: UUID
    unit_id: UUID
    """The unit that returned it."""
    new_unit: UUID | None = None
    """Who takes it over; None leaves it where it was."""
    answer_text: Reason


class DispatchItem(BaseModel):
    """One proposal that goes out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    proposal_id: UUID
    expected_version: int | None = None
    """The handling's version somebody saw; None takes it as it is."""


class DispatchResult(Answer):
    """What became of one of them."""

    proposal_id: UUID
    dispatched: bool
    reason: str | None = None
    """Why not, in Chinese."""


class Dispatched(Answer):
    """What became of each."""

    results: list[DispatchResult]


class Dispatch(Command, service="proposals", answer=Dispatched):
    """正式交办 after the dispatch meeting: many at once; one that cannot go does not hold the others."""

    items: list[DispatchItem] = Field(min_length=1, max_length=100)


class SignReceipt(Command, service="proposals", answer=Done):
    """签收: the unit has it in hand; the lead unit's signature sets the handling going."""

    proposal_id: UUID


class AskExtension(Command, service="proposals", answer=Done):
    """Ask for more time, before the date and once a round; six months after dispatch is the end."""

    proposal_id: UUID
    until: date
    reason: Reason


class DecideExtension(Command, service="proposals", answer=Done):
    """Grant it or not."""

    proposal_id: UUID
    granted: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class ResponsibilityLine(BaseModel):
    """What is done about a suggestion, by whom, until when."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    suggestion: Place
    what: Line
    who: Line
    """Department or post, in words."""
    due_on: date


class SetResponsibilities(Command, service="proposals", answer=Done):
    """责任清单: every suggestion has at least one line; replaces what was there, finished lines stay."""

    proposal_id: UUID
    lines: list[ResponsibilityLine] = Field(min_length=1, max_length=60)


class ReportResult(Command, service="proposals", answer=Done):
    """成果清单: a line is done, with what shows it; without data it cannot be closed (row 44)."""

    proposal_id: UUID
    line_id: UUID
    evidence: Statement


class GiveOpinion(Command, service="proposals", answer=Done):
    """会办意见: to the lead unit only, never to the proposer; can be changed until the reply is signed."""

    proposal_id: UUID
    text: Statement


class RecordTalk(Command, service="proposals", answer=Done):
    """Record a talk with the proposer; without one there is no reply (不协商不答复)."""

    proposal_id: UUID
    talk_id: UUID
    form: TalkForm
    on: date
    with_whom: Line
    summary: Statement


class ReplyLineDraft(BaseModel):
    """What the reply says to one suggestion."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    suggestion: Place
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000)] = ""
    reply_class: ReplyClass | None = None
    promised_by: date | None = None
    """B: until when it will be done."""


class ReplyDrafted(Done):
    """The draft is kept."""

    revision: int
    """To be sent with the next save."""


class DraftReply(Command, service="proposals", answer=ReplyDrafted):
    """Keep the reply as written so far; limits are checked when it goes to the checker."""

    proposal_id: UUID
    revision: int | None = Field(default=None, ge=0)
    """The revision this text was written on, 0 for a new draft; another one means a colleague saved meanwhile.

    None saves in any case.
    """
    opening: Annotated[str, StringConstraints(max_length=2000)] = ""
    lines: list[ReplyLineDraft] = Field(default_factory=list, max_length=20)
    closing: Annotated[str, StringConstraints(max_length=2000)] = ""


class SubmitReply(Command, service="proposals", answer=Done):
    """送核: give the draft to the checker; refused without a talk, or with a suggestion unanswered."""

    proposal_id: UUID


class CheckReply(Command, service="proposals", answer=Done):
    """核稿: pass it on to be signed, or send it back with what is to be changed."""

    proposal_id: UUID
    passed: bool
    remarks: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class ReplySigned(Answer):
    """It is signed and on its way."""

    id: UUID
    version: int
    letter_number: str
    reply_class: ReplyClass


class SignReply(Command, service="proposals", answer=ReplySigned):
    """签发: the letter gets its number of the unit's own series and goes to the proposers."""

    proposal_id: UUID


class ReturnToDrafting(Command, service="proposals", answer=Done):
    """The signer sends it back instead of signing."""

    proposal_id: UUID
    remarks: Reason


class AdoptDispatchRules(Command, service="proposals", answer=Done):
    """The committee's own times for objecting, answering, handling; held for what is dispatched afterwards."""

    object_days: int = Field(ge=1, le=20)
    """Working days a unit has to return a wrong allocation."""
    answer_days: int = Field(ge=1, le=20)
    """Days the office has to answer a return."""
    lead_months: int = Field(ge=1, le=6)
    co_months: int = Field(ge=1, le=6)
    source: Line
    """The document and article."""
