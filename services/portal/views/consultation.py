"""Pages of consultation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from services.portal.flow import Chart
from services.portal.template_form import TemplateForm
from tongxin_contracts.consultation.planning import STUDY_FIELDS, PlanAnswer, TopicSheetAnswer
from tongxin_contracts.consultation.processes import ProcessAnswer, ProcessPage, UnitRow
from tongxin_contracts.consultation.queries import Topic, TopicsAnswer
from tongxin_contracts.consultation.teams import ProcessStatisticsAnswer
from tongxin_contracts.consultation.templates import (
    Fault,
    Step,
    TemplateRow,
    TemplatesAnswer,
    TemplateSheetAnswer,
)
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import Entry, ProcessOutcome, ProcessState, TeamPart, TopicSource

from .frame import View
from .proposals import TimelineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicsView(View):
    """`/topics`: topics and filed proposals that could become one. POST `proposal_id` takes one. Hint: `topic`.

    POST `/topics/new` with `title`, `source`, `brought_by` and the five fields puts one forward.
    """

    template: ClassVar[str] = "topics.html"
    topics: TopicsAnswer
    study: Mapping[str, str] = field(default_factory=lambda: STUDY_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFormView(View):
    """`/topics/new`: a topic with its pre-feasibility."""

    template: ClassVar[str] = "topic_form.html"
    sources: Sequence[TopicSource]
    typed: Mapping[str, str] = field(default_factory=dict)
    study: Mapping[str, str] = field(default_factory=lambda: STUDY_FIELDS)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView(View):
    """`/topics/{id}`: POST `action` study, accept or set_aside. Hint: `topic`."""

    template: ClassVar[str] = "topic.html"
    sheet: TopicSheetAnswer
    timeline: Sequence[TimelineEntry]
    typed: Mapping[str, str] = field(default_factory=dict)
    editing: bool = False
    study: Mapping[str, str] = field(default_factory=lambda: STUDY_FIELDS)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView(View):
    """`/plan`: the year. POST `action` draft, add, remove, submit, return, approve or publish. Hint: `plan`."""

    template: ClassVar[str] = "plan.html"
    plan: PlanAnswer
    topics: Sequence[Topic]
    """Taken topics that are in no plan yet."""
    may_change: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesView(View):
    """`/templates`: what the committee works by, and what it could adopt."""

    template: ClassVar[str] = "templates.html"
    templates: TemplatesAnswer
    may_adopt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView(View):
    """`/templates/{code}`: one template, drawn. POST `source` adopts one that comes with the system."""

    template: ClassVar[str] = "template.html"
    sheet: TemplateSheetAnswer
    charts: tuple[Chart, Chart]
    may_adopt: bool
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFormView(View):
    """`/templates/new` and `/templates/{code}/edit`: a template of one's own.

    POST the form with `action`: preview, add, `up.2`, `down.2`, `remove.2`, json, adopt.
    """

    template: ClassVar[str] = "template_form.html"
    form: TemplateForm
    steps: Sequence[Step]
    charts: tuple[Chart, Chart]
    faults: Sequence[Fault]
    is_new: bool
    copies: Sequence[TemplateRow] = ()
    """What one can start from."""
    refused: bool = False
    """True after an attempt to adopt: faults are said loudly then."""
    problem: Problem | None = None

    def at(self, place: int | None) -> list[Fault]:
        """What is wrong with one step, or with the template as a whole."""
        return [fault for fault in self.faults if fault.step == place]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessesView(View):
    """`/processes`: the list. Hint: `process`."""

    template: ClassVar[str] = "processes.html"
    page: ProcessPage
    state: ProcessState | None
    mine: bool
    may_start: bool
    statistics: ProcessStatisticsAnswer | None = None
    """The current year's, for the committee's own people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStartView(View):
    """`/processes/new`: choose a template, then say what about."""

    template: ClassVar[str] = "process_start.html"
    templates: Sequence[TemplateRow]
    chosen: TemplateRow | None
    charts: tuple[Chart, Chart] | None
    topics: Sequence[Topic]
    units: Sequence[UnitRow]
    entries: ClassVar = tuple(Entry)
    parts: ClassVar = tuple(TeamPart)
    office: bool = True
    """False for a member, who begins only what is their own."""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessView(View):
    """`/processes/{id}`: POST `action` complete, remove, unit, team or conclude; files to `/processes/{id}/files`."""

    template: ClassVar[str] = "process.html"
    parts: ClassVar = tuple(TeamPart)
    process: ProcessAnswer
    step: Step | None
    charts: tuple[Chart, Chart]
    done: frozenset[str]
    outcomes: Sequence[ProcessOutcome]
    units: Sequence[UnitRow]
    timeline: Sequence[TimelineEntry]
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
