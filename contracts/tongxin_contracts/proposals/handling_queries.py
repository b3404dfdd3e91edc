"""What proposals can be asked to tell about handling. What co-handlers write goes to the lead unit and the office only."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import PAGE_SIZE, Answer, CommitteeCode, HistoryEntry, Query
from tongxin_contracts.words import (
    AllocationPart,
    AllocationState,
    Category,
    HandlingState,
    ReplyClass,
    ReplyStage,
    TalkForm,
    UnitDuty,
)


class UnitPart(Answer):
    """A unit and its part."""

    allocation_id: Public[UUID]
    unit_id: Public[UUID]
    unit: Public[str]
    """Short name."""
    part: Public[AllocationPart]
    state: Public[AllocationState]
    due_at: Public[datetime | None]
    extended: Public[bool]
    asked_until: Public[date | None] = None
    """More time was asked for and nobody has decided: until then it is not overdue."""
    signed_at: Public[datetime | None]
    done_at: Public[datetime | None]
    return_reason: Internal[str | None] = None
    return_answer: Internal[str | None] = None
    full_name: Public[str | None] = None
    """As it signs letters; only with one handling, not in lists."""


class Responsibility(Answer):
    """One line of the responsibility list."""

    line_id: Public[UUID]
    suggestion: Public[int]
    what: Public[str]
    who: Public[str]
    due_on: Public[date]
    done_at: Public[datetime | None]
    evidence: Public[str | None]


class Opinion(Answer):
    """What a co-handler wrote to the lead unit."""

    unit_id: Internal[UUID]
    unit: Internal[str]
    text: Internal[str]
    at: Internal[datetime]


class Talk(Answer):
    """A talk with the proposer."""

    talk_id: Internal[UUID]
    round: Internal[int]
    form: Internal[TalkForm]
    on: Internal[date]
    with_whom: Internal[str]
    summary: Internal[str]


class ReplyLineShown(Answer):
    """What a reply says to one suggestion."""

    suggestion: Public[int]
    text: Public[str]
    reply_class: Public[ReplyClass | None]
    promised_by: Public[date | None]


class Reply(Answer):
    """The reply of one round, as far as it has come."""

    round: Public[int]
    stage: Public[ReplyStage]
    opening: Public[str]
    lines: Public[list[ReplyLineShown]]
    closing: Public[str]
    letter_number: Public[str | None]
    reply_class: Public[ReplyClass | None]
    remarks: Internal[str | None]
    """What checker or signer want changed."""
    revision: Internal[int | None] = None
    """How often the draft was saved; for those inside."""
    drafted_by: Internal[UUID | None]
    checked_by: Internal[UUID | None]
    signed_by: Internal[UUID | None]
    signed_at: Public[datetime | None]


class ExtensionShown(Answer):
    """An extension that was asked for."""

    unit_id: Public[UUID]
    unit: Public[str]
    round: Public[int]
    until: Public[date]
    reason: Internal[str]
    asked_at: Public[datetime]
    granted: Public[bool | None]
    answer_text: Internal[str | None]


class HandlingAnswer(Answer):
    """The handling of a proposal, as far as the reader may see it."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    committee: Public[CommitteeCode]
    version: Internal[int]
    number: Public[str]
    title: Public[str]
    suggestions: Public[list[str]]
    facts: Internal[str]
    analysis: Internal[str]
    category: Public[Category]
    first_proposer: Internal[UUID]
    co_proposers: Internal[list[UUID]]
    state: Public[HandlingState]
    round: Public[int]
    object_by: Public[datetime | None]
    dispatched_at: Public[datetime | None]
    due_at: Public[datetime | None]
    replied_at: Public[datetime | None]
    closed_at: Public[datetime | None]
    reply_class: Public[ReplyClass | None]
    units: Public[list[UnitPart]]
    responsibilities: Public[list[Responsibility]]
    opinions: Internal[list[Opinion]]
    talks: Internal[list[Talk]]
    replies: Public[list[Reply]]
    """Signed ones for everybody; a draft only for its unit and the office."""
    extensions: Internal[list[ExtensionShown]]
    my_unit: Internal[UUID | None]
    """The reader's own unit in it."""
    my_duties: Internal[list[UnitDuty]]
    history: Internal[list[HistoryEntry]]


class Handling(Query, service="proposals", answer=HandlingAnswer):
    """How one proposal is handled: for its proposers, its units, the office, and from above."""

    proposal_id: UUID


class HandlingRow(Answer):
    """A handling in a list."""

    proposal_id: Public[UUID]
    handling_id: Public[UUID | None]
    version: Internal[int | None]
    number: Public[str]
    title: Public[str]
    category: Public[Category]
    state: Public[HandlingState | None]
    """None while nobody was asked."""
    object_by: Public[datetime | None]
    due_at: Public[datetime | None]
    units: Public[list[UnitPart]]


class HandlingPage(Answer):
    """A page of a list."""

    rows: list[HandlingRow]
    next: str | None


class DispatchDesk(Query, service="proposals", answer=HandlingPage):
    """What the office has to dispatch, or watches: by state, the one due first on top."""

    state: HandlingState | None = None
    """None: filed and not pre-dispatched yet."""
    returned_only: bool = False
    """Only those that a unit returned and nobody answered."""
    overdue_only: bool = False
    search: str = Field(default="", max_length=50)
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class UnitDesk(Query, service="proposals", answer=HandlingPage):
    """What one's own units have to do, the one due first on top."""

    part: AllocationPart | None = None
    open_only: bool = True
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class HandlingUnit(Answer):
    """A unit one may choose, or is in."""

    unit_id: Public[UUID]
    name: Public[str]
    short_name: Public[str]
    duties: Internal[list[UnitDuty]] = Field(default_factory=list)
    """What the reader does in it."""


class HandlingUnitsAnswer(Answer):
    """Units, by name."""

    units: list[HandlingUnit]


class HandlingUnits(Query, service="proposals", answer=HandlingUnitsAnswer):
    """The committee's active units, with the reader's own duties in them."""


class UnitProgress(Answer):
    """How one unit stood at the end of a period, and what it did in it."""

    unit_id: Public[UUID]
    unit: Public[str]
    dispatched: Public[int]
    """This year until then, and what was still open from before."""
    signed: Public[int]
    replied: Public[int]
    extended: Public[int]
    overdue: Public[int]
    """Not answered at the end of the period though due, or answered late."""
    dispatched_in_period: Public[int] = 0
    replied_in_period: Public[int] = 0


class CircularAnswer(Answer):
    """督查通报: every unit with something dispatched, the one furthest behind on top."""

    since: Public[date]
    until: Public[date]
    units: Public[list[UnitProgress]]
    returned: Public[int]
    """Allocations returned and not answered."""
    waiting: Public[int]
    """Filed and not dispatched."""


class HandlingCircular(Query, service="proposals", answer=CircularAnswer):
    """每半月督查工作进展: where handling stood at the end of a period, and what moved in it."""

    since: date
    until: date


class DispatchRulesAnswer(Answer):
    """The times that hold for what is dispatched now."""

    object_days: int
    answer_days: int
    lead_months: int
    co_months: int
    source: str | None


class CurrentDispatchRules(Query, service="proposals", answer=DispatchRulesAnswer):
    """The committee's own times, or those that hold where none were adopted."""
