"""Process templates: how a committee's consultation goes, as data (decision 23), and the messages about them.

Always holds: kinds of step, needs, outcomes and actors are closed lists without an expression language; what a template
says can be checked, drawn and read out by a machine that has never seen it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import unique
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Command, Event, Query, ShortText
from tongxin_contracts.words import Majority, NeedKind, StepKind, StepOutcome, Word

END: Final = "end"
"""Where a branch leads when nothing follows: the process has its result written then."""


_DONE: Final = frozenset({StepOutcome.DONE})
_PASSED: Final = frozenset({StepOutcome.PASSED, StepOutcome.REJECTED})
_AGREED: Final = frozenset({StepOutcome.CONSENSUS, StepOutcome.NO_CONSENSUS})
_RATED: Final = frozenset({StepOutcome.SATISFIED, StepOutcome.DISSATISFIED})

OUTCOMES: Final[Mapping[StepKind, tuple[frozenset[StepOutcome], ...]]] = MappingProxyType(
    {
        StepKind.FORM: (_DONE,),
        StepKind.DOCUMENT: (_DONE,),
        StepKind.SURVEY: (_DONE,),
        StepKind.MEETING: (_DONE, _AGREED),
        StepKind.VOTE: (_PASSED,),
        StepKind.DECISION: (_DONE, _PASSED),
        StepKind.HANDLING: (_DONE,),
        StepKind.FEEDBACK: (_DONE,),
        StepKind.RATING: (_RATED,),
    }
)
"""The outcomes a step of a kind has: one of these sets, whole."""

NEED_FITS: Final[Mapping[NeedKind, frozenset[StepKind]]] = MappingProxyType(
    {
        NeedKind.FIELDS: frozenset(StepKind),
        NeedKind.DOCUMENTS: frozenset(StepKind) - {StepKind.RATING},
        NeedKind.STAKEHOLDERS: frozenset({StepKind.MEETING, StepKind.VOTE}),
        NeedKind.MAJORITY: frozenset({StepKind.VOTE}),
        NeedKind.SURVEY_FINISHED: frozenset({StepKind.MEETING, StepKind.VOTE, StepKind.DECISION}),
        NeedKind.NOTICE: frozenset({StepKind.MEETING, StepKind.VOTE}),
        NeedKind.TEAM: frozenset({StepKind.MEETING, StepKind.VOTE}),
    }
)
"""Where each need makes sense."""


@unique
class StepActor(Word):
    """Who does a step: a role of the committee, whoever brought the matter, or the unit that handles it."""

    COMMITTEE_OFFICE = "committee_office", "专委会办公室"
    PROPOSALS_OFFICE = "proposals_office", "提案委"
    MEMBER = "member", "委员"
    INSPECTION_OFFICE = "inspection_office", "督查室"
    CHAIRS_MEETING = "chairs_meeting", "主席会议"
    STANDING_COMMITTEE = "standing_committee", "常务委员会"
    PROPOSER = "proposer", "提出人"
    UNIT = "unit", "承办单位"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Need(_Data):
    """Something that must be there before the step can end; which values count follows from `kind`."""

    kind: NeedKind
    fields: tuple[str, ...] = ()
    """`fields`: what has to be written down, by the names people see."""
    document: str = ""
    """`documents`: what kind of document, as people call it."""
    count: int = 1
    """`documents`: how many of it."""
    percent: int = 50
    """`stakeholders`: their share of those present, at least."""
    majority: Majority = Majority.SIMPLE
    """`majority`: how many of those present have to be in favour."""
    days: int = 15
    """`notice`: working days between the notice and the meeting, at least."""
    fixed: int = 6
    """`team`: members of the fixed team, at least."""
    invited: int = 1
    """`team`: people who join for this once, at least."""


class Branch(_Data):
    """Which step follows an outcome."""

    outcome: StepOutcome = StepOutcome.DONE
    to: str = END
    """The code of a step, or `end`."""


class Step(_Data):
    """One step of a process."""

    code: str
    """Plain name for machines, unique in the template."""
    name: str
    who: StepActor
    kind: StepKind
    hint: str = ""
    """What is to be done, in a sentence or two."""
    needs: tuple[Need, ...] = ()
    days: int | None = None
    """Working days allowed, counted from when the step begins; None for no deadline."""
    next: tuple[Branch, ...]


class Template(_Data):
    """A way of consultation; the first step begins."""

    code: str
    name: str
    summary: str = ""
    steps: tuple[Step, ...]

    def step(self, code: str) -> Step:
        """The step with this code; raises KeyError."""
        found = next((step for step in self.steps if step.code == code), None)
        if found is None:
            raise KeyError(code)
        return found


class TemplateAdopted(Event, service="consultation", aggregate="template"):
    """A committee works by this template from now on; what has begun keeps the edition it began with."""

    template_id: Public[UUID]
    code: Public[str]
    name: Public[str]
    edition: Public[int]
    source: Public[str]


class Adopted(Answer):
    """A template is in force."""

    template_id: UUID
    code: str
    edition: int


class AdoptTemplate(Command, service="consultation", answer=Adopted):
    """Put a template in force for the committee; the same code again makes its next edition."""

    template: dict[str, object]
    """The template as its JSON has it; `docs/templates.md` explains every field."""
    source: ShortText
    """The document it follows, or who decided on it."""


class TemplateRow(Answer):
    """A template, adopted or ready to be."""

    template_id: Public[UUID | None]
    """None for one that comes with the system and is not adopted."""
    edition: Public[int]
    """0 for one that is not adopted."""
    source: Public[str]
    adopted_at: Public[datetime | None]
    adopted_by: Internal[str | None]
    running: Public[int] = 0
    """Processes under way by any edition of it."""
    template: Public[Template]


class TemplatesAnswer(Answer):
    """What a committee works by, and what it could adopt."""

    adopted: list[TemplateRow]
    bundled: list[TemplateRow]


class Templates(Query, service="consultation", answer=TemplatesAnswer):
    """The committee's templates in force, and those that come with the system and are not adopted."""


class TemplateSheetAnswer(Answer):
    """One template and the editions there were."""

    row: TemplateRow
    editions: list[int]


class TemplateSheet(Query, service="consultation", answer=TemplateSheetAnswer):
    """One template by its code: the edition asked for, else the one in force, else the one that comes with the system."""

    code: str = Field(max_length=40)
    edition: int | None = Field(default=None, ge=1, le=100_000)


class Fault(Answer):
    """One thing wrong with a template."""

    step: int | None
    """Which step, from 0; None for the template as a whole."""
    field: str
    """Dotted path in the data."""
    message: str


class TemplateChecked(Answer):
    """What is wrong; nothing is, where the list is empty."""

    faults: list[Fault]


class CheckTemplate(Query, service="consultation", answer=TemplateChecked):
    """Say what is wrong with a template before it is adopted."""

    template: str = Field(max_length=60_000)
    """The template's JSON."""
