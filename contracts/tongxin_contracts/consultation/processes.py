"""Processes: one consultation by one edition of a template, from its first step to its outcome."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import (
    PAGE_SIZE,
    Answer,
    Command,
    Done,
    Event,
    HistoryEntry,
    LongText,
    Query,
    ShortText,
    Visibility,
)
from tongxin_contracts.words import Entry, ProcessOutcome, ProcessState, StepOutcome

from .teams import TEAM_MAX, Place, TeamMember
from .templates import Template

Count = Annotated[int, Field(ge=0, le=100_000)]
FileDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DOCUMENTS_MAX = 10
"""Documents at one step."""


class Document(BaseModel):
    """A document of a process, as events name it; its content stays with consultation."""

    model_config = ConfigDict(frozen=True)

    kind: Public[str]
    filename: Internal[str]
    digest: Public[str]
    """SHA-256, hex."""


class ProcessStarted(
    Event, service="consultation", aggregate="process", visibility=Visibility.AGENCIES, label="协商开始"
):
    """A consultation began."""

    process_id: Public[UUID]
    title: Public[str]
    template_name: Public[str]
    edition: Public[int]
    topic_id: Public[UUID | None]
    proposal_id: Public[UUID | None]
    step: Public[str]
    step_name: Public[str]
    proposers: Internal[tuple[UUID, ...]] = ()


class StepCompleted(
    Event, service="consultation", aggregate="process", visibility=Visibility.AGENCIES, label="协商步骤完成"
):
    """A step ended, and what follows."""

    process_id: Public[UUID]
    title: Public[str]
    proposal_id: Public[UUID | None]
    step: Public[str]
    step_name: Public[str]
    outcome: Public[StepOutcome]
    next: Public[str]
    """The code of the step that began, or `end`."""
    next_name: Public[str]


class StepOverdue(
    Event, service="consultation", aggregate="process", visibility=Visibility.AGENCIES, label="协商步骤逾期"
):
    """A step's working days have passed and it is not done."""

    process_id: Public[UUID]
    title: Public[str]
    proposal_id: Public[UUID | None]
    step: Public[str]
    step_name: Public[str]
    due_at: Public[datetime]


class UnitAssigned(Event, service="consultation", aggregate="process"):
    """The handling unit of a process was named."""

    process_id: Public[UUID]
    unit_id: Public[UUID]
    unit_name: Public[str]


class DocumentAdded(Event, service="consultation", aggregate="process"):
    """A document was put to the step that is under way."""

    process_id: Public[UUID]
    step: Public[str]
    document: Public[Document]


class DocumentRemoved(Event, service="consultation", aggregate="process"):
    """A document was taken off the step that is under way."""

    process_id: Public[UUID]
    step: Public[str]
    document: Public[Document]


class ProcessConcluded(
    Event, service="consultation", aggregate="process", visibility=Visibility.AGENCIES, label="协商形成结果"
):
    """A consultation has its outcome; no consensus is one too."""

    process_id: Public[UUID]
    title: Public[str]
    template_name: Public[str]
    topic_id: Public[UUID | None]
    proposal_id: Public[UUID | None]
    outcome: Public[ProcessOutcome]
    summary: Public[str]
    consensus: Public[bool]
    """False where the last meeting ended without one."""
    rating: Public[StepOutcome | None]
    """What whoever brought it says; `unrated` is not satisfied; None where nobody was asked."""
    documents: Public[tuple[Document, ...]]
    place: Public[str] = ""
    """The township or community it was held in, where that was said."""
    took_part: Internal[tuple[UUID, ...]] = ()
    """Persons who took a step upon them or were in the team."""


class StepPerson(BaseModel):
    """Somebody named to do a step."""

    model_config = ConfigDict(frozen=True)

    step: str = Field(max_length=40)
    person_id: UUID


class StartProcess(Command, service="consultation", answer=Done):
    """Begin a consultation on a topic, or on a matter that was brought, by the template's edition in force.

    A member may begin, in their own name, what begins with the proposer's own step (一键履职).
    """

    process_id: UUID
    template: str = Field(max_length=40)
    """The code of an adopted template."""
    topic_id: UUID | None = None
    title: str = Field(default="", max_length=200)
    """What it is about; a topic gives its own."""
    matter: LongText = ""
    """What was brought, where no topic says it."""
    brought_by: list[UUID] = Field(default_factory=list, max_length=10)
    """Who brought it and will be asked to rate; a proposal's topic gives its proposers."""
    persons: list[StepPerson] = Field(default_factory=list, max_length=30)
    unit_id: UUID | None = None
    """The handling unit, where the template has steps for one."""
    entry: Entry | None = None
    """Where it is taken to (三进)."""
    party: Place = ""
    """The enterprise, or the residents, that brought it."""
    place: Place = ""
    """The township or community, by the name it has among those that are looked after."""
    venue: Place = ""
    team: list[TeamMember] = Field(default_factory=list, max_length=TEAM_MAX)


class CompleteStep(Command, service="consultation", answer=Done):
    """End the step that is under way; what it needs is checked, and what is missing is named."""

    process_id: UUID
    expected_version: int
    step: str = Field(max_length=40)
    outcome: StepOutcome = StepOutcome.DONE
    fields: dict[str, LongText] = Field(default_factory=dict, max_length=30)
    """What the step wants written down, by the names people see."""
    notice_on: date | None = None
    held_on: date | None = None
    present: Count | None = None
    stakeholders: Count | None = None
    in_favour: Count | None = None
    against: Count | None = None
    note: str = Field(default="", max_length=2000)


class AddDocument(Command, service="consultation", answer=Done):
    """Put an uploaded file to the step that is under way."""

    process_id: UUID
    document_id: UUID
    kind: ShortText
    """What it is: one of the kinds the step needs, or another name."""
    file: FileDigest
    filename: ShortText


class RemoveDocument(Command, service="consultation", answer=Done):
    """Take a file off the step that is under way."""

    process_id: UUID
    document_id: UUID


class AssignUnit(Command, service="consultation", answer=Done):
    """Name the handling unit of a process, or another one."""

    process_id: UUID
    unit_id: UUID


class ConcludeProcess(Command, service="consultation", answer=Done):
    """Give a consultation its outcome when its last step is done."""

    process_id: UUID
    expected_version: int
    outcome: ProcessOutcome
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]


class ProcessRow(Answer):
    """A process in a list."""

    process_id: Public[UUID]
    title: Public[str]
    template_name: Public[str]
    state: Public[ProcessState]
    step_name: Public[str | None]
    """The step under way."""
    steps_done: Public[int]
    due_at: Public[datetime | None]
    started_at: Public[datetime]
    proposal_id: Public[UUID | None]
    topic_id: Public[UUID | None]
    outcome: Public[ProcessOutcome | None]
    rating: Public[StepOutcome | None]


class RatingCounts(Answer):
    """How those who brought matters rated what became of them; who did not rate counts and is not satisfied."""

    asked: Public[int]
    satisfied: Public[int]
    dissatisfied: Public[int]
    unrated: Public[int]


class ProcessPage(Answer):
    """A page of the list."""

    processes: list[ProcessRow]
    next: str | None
    ratings: RatingCounts


class Processes(Query, service="consultation", answer=ProcessPage):
    """The committee's processes, the newest first."""

    state: ProcessState | None = None
    mine: bool = False
    """Only those the actor brought or is named in."""
    after: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)


class DocumentRow(Answer):
    """A document in a list."""

    document_id: Public[UUID]
    step: Public[str]
    kind: Public[str]
    filename: Internal[str]
    media_type: Public[str]
    size: Public[int]
    """Bytes."""
    digest: Public[str]
    added_at: Public[datetime]


class StepRun(Answer):
    """One time that a step was under way."""

    step: Public[str]
    run: Public[int]
    """Which time over all steps, from 1."""
    began_at: Public[datetime]
    due_at: Public[datetime | None]
    done_at: Public[datetime | None]
    done_by: Internal[str | None]
    on_behalf: Internal[bool]
    """Recorded by the office for those who do not use the system (代录)."""
    outcome: Public[StepOutcome | None]
    entries: Internal[dict[str, str]]
    """What was written down and counted, by the names people see."""
    documents: Internal[list[DocumentRow]]


class ProcessAnswer(Answer):
    """A process whole."""

    process_id: Public[UUID]
    version: Internal[int]
    title: Public[str]
    matter: Internal[str]
    state: Public[ProcessState]
    template: Public[Template]
    """The edition it began with."""
    edition: Public[int]
    topic_id: Public[UUID | None]
    proposal_id: Public[UUID | None]
    unit_id: Public[UUID | None]
    unit_name: Public[str | None]
    proposers: Internal[list[UUID]]
    step: Public[str | None]
    """The step under way."""
    due_at: Public[datetime | None]
    may_act: Public[bool]
    """Whether the reader may end the step, or write down the outcome."""
    on_behalf: Public[bool]
    """Whether the reader would do it for somebody else."""
    waits_for: Public[list[str]]
    """What the step still lacks of what can be counted already: documents, an earlier survey."""
    doers: Internal[list[UUID]]
    """Persons named for the step under way."""
    runs: Public[list[StepRun]]
    started_at: Public[datetime]
    consensus: Public[bool | None]
    """None where no meeting has been asked for one."""
    rating: Public[StepOutcome | None]
    outcome: Public[ProcessOutcome | None]
    summary: Public[str | None]
    concluded_at: Public[datetime | None]
    entry: Public[Entry | None] = None
    party: Internal[str] = ""
    place: Public[str] = ""
    venue: Public[str] = ""
    team: Internal[list[TeamMember]] = Field(default_factory=list)
    may_set_team: Internal[bool] = False
    history: Internal[list[HistoryEntry]]
    history_intact: Internal[bool]


class Process(Query, service="consultation", answer=ProcessAnswer):
    """One process."""

    process_id: UUID


class DocumentFileAnswer(Answer):
    """A file to fetch: it lies under its digest for 24 hours."""

    document_id: Public[UUID]
    filename: Internal[str]
    media_type: Public[str]
    size: Public[int]
    file: Internal[str]


class DocumentFile(Query, service="consultation", answer=DocumentFileAnswer):
    """A document of a process."""

    process_id: UUID
    document_id: UUID


class UnitRow(Answer):
    """A unit that can be named."""

    unit_id: Public[UUID]
    name: Public[str]


class UnitsToName(Answer):
    """The units of the committee."""

    units: list[UnitRow]


class ProcessUnits(Query, service="consultation", answer=UnitsToName):
    """Handling units that a process can be given to."""
