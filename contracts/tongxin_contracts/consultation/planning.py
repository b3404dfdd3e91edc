"""Topics beyond filed proposals, their pre-feasibility, and the yearly plan they enter."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, HistoryEntry, Query, ShortText, Visibility
from tongxin_contracts.words import ConsultationForm, PlanState, TopicSource, TopicState

YEAR = Field(ge=2000, le=2100)
MONTH = Field(ge=1, le=12)


class Study(BaseModel):
    """预可研, five fields (row 54); a missing one is refused by name."""

    model_config = ConfigDict(frozen=True)

    reason: Internal[str] = Field(default="", max_length=3000)
    """选题案由."""
    policy: Internal[str] = Field(default="", max_length=3000)
    """政策依据."""
    situation: Internal[str] = Field(default="", max_length=3000)
    """现实状况."""
    problems: Internal[str] = Field(default="", max_length=3000)
    """存在问题."""
    direction: Internal[str] = Field(default="", max_length=3000)
    """建言方向."""


STUDY_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reason": "选题案由",
        "policy": "政策依据",
        "situation": "现实状况",
        "problems": "存在问题",
        "direction": "建言方向",
    }
)
"""The five fields by their names in messages and on pages, in the order of row 54."""


class TopicProposed(Event, service="consultation", aggregate="topic"):
    """Somebody put a topic forward, with its pre-feasibility."""

    topic_id: Public[UUID]
    title: Public[str]
    source: Public[TopicSource]


class TopicStudied(Event, service="consultation", aggregate="topic"):
    """The pre-feasibility of a topic was written or changed."""

    topic_id: Public[UUID]
    title: Public[str]


class TopicAssessed(Event, service="consultation", aggregate="topic"):
    """The office took a topic that was put forward, or set it aside with a reason."""

    topic_id: Public[UUID]
    title: Public[str]
    accepted: Public[bool]
    reason: Internal[str]
    proposed_by: Internal[UUID | None]


class PlanDrafted(Event, service="consultation", aggregate="plan"):
    """A year's plan was begun."""

    plan_id: Public[UUID]
    year: Public[int]


class PlanItem(BaseModel):
    """A topic in the plan."""

    model_config = ConfigDict(frozen=True)

    topic_id: Public[UUID]
    title: Public[str]
    month: Public[int]
    form: Public[ConsultationForm]


class PlanChanged(Event, service="consultation", aggregate="plan"):
    """A topic was put into the plan or taken out."""

    plan_id: Public[UUID]
    year: Public[int]
    topics: Public[int]
    """How many there are now."""


class PlanSubmitted(Event, service="consultation", aggregate="plan"):
    """The office asks for the plan to be approved."""

    plan_id: Public[UUID]
    year: Public[int]


class PlanReturned(Event, service="consultation", aggregate="plan"):
    """It was given back to be changed."""

    plan_id: Public[UUID]
    year: Public[int]
    reason: Internal[str]


class PlanApproved(Event, service="consultation", aggregate="plan"):
    """The party committee's approval was recorded."""

    plan_id: Public[UUID]
    year: Public[int]
    approved_by: Public[str]
    document_number: Public[str]
    approved_on: Public[date]


class PlanPublished(
    Event, service="consultation", aggregate="plan", visibility=Visibility.AGENCIES, label="年度协商计划公布"
):
    """The year's plan is public."""

    plan_id: Public[UUID]
    year: Public[int]
    document_number: Public[str]
    items: Public[tuple[PlanItem, ...]]


class ProposeTopic(Command, service="consultation", answer=Done):
    """Put a topic forward with all five fields of its pre-feasibility; each missing one is refused by name."""

    topic_id: UUID
    title: ShortText
    source: TopicSource
    brought_by: str = Field(default="", max_length=100)
    """Who brought it, where that is not the one who writes it down: a resident, an office."""
    study: Study = Study()


class StudyTopic(Command, service="consultation", answer=Done):
    """Write a topic's pre-feasibility, for one that came from a proposal, or change it."""

    topic_id: UUID
    expected_version: int
    study: Study = Study()


class AssessTopic(Command, service="consultation", answer=Done):
    """Take a topic that was put forward, or set it aside with a reason."""

    topic_id: UUID
    expected_version: int
    accept: bool
    reason: str = Field(default="", max_length=1000)


class DraftPlan(Command, service="consultation", answer=Done):
    """Begin a year's plan."""

    year: int = YEAR
    max_topics: int = Field(default=15, ge=1, le=60)


class AddToPlan(Command, service="consultation", answer=Done):
    """Put a topic with a whole pre-feasibility into a month of the plan, or move it there."""

    year: int = YEAR
    topic_id: UUID
    month: int = MONTH
    form: ConsultationForm


class RemoveFromPlan(Command, service="consultation", answer=Done):
    """Take a topic out of the plan."""

    year: int = YEAR
    topic_id: UUID


class SubmitPlan(Command, service="consultation", answer=Done):
    """Ask for the plan to be approved."""

    year: int = YEAR


class ReturnPlan(Command, service="consultation", answer=Done):
    """Give the plan back to be changed."""

    year: int = YEAR
    reason: ShortText


class ApprovePlan(Command, service="consultation", answer=Done):
    """Record that the party committee approved the plan: by which document, and when."""

    year: int = YEAR
    approved_by: ShortText
    document_number: ShortText
    approved_on: date


class PublishPlan(Command, service="consultation", answer=Done):
    """Make the approved plan public."""

    year: int = YEAR


class PlanLine(Answer):
    """A topic of the plan as its page shows it."""

    topic_id: Public[UUID]
    title: Public[str]
    month: Public[int]
    form: Public[ConsultationForm]
    source: Public[TopicSource]
    proposal_id: Public[UUID | None]
    state: Public[TopicState]
    process_id: Public[UUID | None]
    """The latest process about it."""


class PlanAnswer(Answer):
    """A year's plan; `state` is None where nobody began one."""

    year: Public[int]
    years: Public[list[int]]
    """Years that have a plan, the newest first."""
    plan_id: Public[UUID | None] = None
    state: Public[PlanState | None] = None
    max_topics: Public[int] = 15
    items: Public[list[PlanLine]] = Field(default_factory=list)
    approved_by: Public[str | None] = None
    document_number: Public[str | None] = None
    approved_on: Public[date | None] = None
    published_at: Public[datetime | None] = None
    returned_because: Internal[str | None] = None
    history: Internal[list[HistoryEntry]] = Field(default_factory=list)


class Plan(Query, service="consultation", answer=PlanAnswer):
    """A year's plan; whoever does not work on it sees it when it is published."""

    year: int = YEAR


class TopicSheetAnswer(Answer):
    """A topic whole."""

    topic_id: Public[UUID]
    version: Internal[int]
    title: Public[str]
    state: Public[TopicState]
    source: Public[TopicSource]
    brought_by: Internal[str]
    proposal_id: Public[UUID | None]
    proposal_number: Public[str | None]
    study: Internal[Study]
    missing: Internal[list[str]]
    """Fields of the pre-feasibility that are still empty, by the names people see."""
    reason: Internal[str | None]
    """Why it was set aside."""
    proposed_at: Public[datetime]
    proposed_by: Internal[str]
    year: Public[int | None]
    month: Public[int | None]
    """Where the plan has it."""
    processes: Public[list[UUID]]
    history: Internal[list[HistoryEntry]]
    history_intact: Internal[bool]


class TopicSheet(Query, service="consultation", answer=TopicSheetAnswer):
    """One topic."""

    topic_id: UUID
