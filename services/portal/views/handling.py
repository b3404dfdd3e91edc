"""Pages of dispatch and handling: one proposal on its way, the office's desk, a unit's desk, the circular, the times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.handling_queries import (
    CircularAnswer,
    DispatchRulesAnswer,
    HandlingAnswer,
    HandlingRow,
    HandlingUnit,
    Reply,
    UnitPart,
)
from tongxin_contracts.proposals.queries import ProposalAnswer

from .feedback import RateBar
from .frame import View
from .proposals import NextStep, Stage, TimelineEntry

DispatchTab = Literal["waiting", "asked", "returned", "working", "overdue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTyped:
    """One line of the responsibility list as it stands in the form."""

    place: int | None
    """Its place among the lines sent, which problems name; None for an empty line that is only offered."""
    suggestion: int
    what: str = ""
    who: str = ""
    due_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLineTyped:
    """What the reply says to one suggestion, as it stands in the form."""

    text: str = ""
    reply_class: str = ""
    promised_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTyped:
    """The reply as it stands in the form."""

    opening: str
    closing: str
    lines: tuple[ReplyLineTyped, ...]
    revision: int = 0
    """The save it was written on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of a handler's work, to be ticked off."""

    name: str
    """`lines`, `talk`, `opinions` or `reply`."""
    title: str
    done: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingView(View):
    """`/handling/{proposal_id}`: one proposal on its way, with what the reader has to do now. Hint: `handling`.

    POST `action`: `accept`; `return` with `reason`, `suggested_unit`; `sign_receipt`; `lines` with repeated
    `suggestion`, `what`, `who`, `due_on`; `result` with `line_id`, `evidence`; `talk` with `form`, `on`, `with_whom`,
    `summary`; `save` and `submit` with `opening`, repeated `text`, `reply_class_<n>`, `promised_by_<n>`, `closing`;
    `extension` with `until`, `reason`; `opinion` with `text`; `pass` and `send_back` with `remarks`; `sign` and
    `unsigned` with `remarks`; the office: `keep` and `move` with `unit_id`, `new_unit`, `answer_text`; `dispatch` with
    `expected_version`; `grant` and `refuse` with `reason`. Autosave of the reply: PUT `/handling/{proposal_id}/reply`.
    """

    template: ClassVar[str] = "handling.html"
    handling: HandlingAnswer
    stages: tuple[Stage, ...]
    step: NextStep | None
    may: frozenset[str]
    """Actions the reader can take now."""
    jobs: tuple[Job, ...] = ()
    """A lead handler's work; empty for everybody else."""
    units: Sequence[HandlingUnit] = ()
    """Units to choose from."""
    timeline: tuple[TimelineEntry, ...] = ()
    mine: UnitPart | None = None
    """The reader's own unit's part."""
    lines: tuple[LineTyped, ...] = ()
    reply: ReplyTyped | None = None
    current_reply: Reply | None = None
    """The reply of this round, as far as the reader may see it."""
    letters: tuple[Reply, ...] = ()
    """Replies to read below, the newest first: those that no form above shows already."""
    talk_first: str = ""
    """The first proposer's name, to fill in."""
    today: date
    returned: tuple[UnitPart, ...] = ()
    """Parts that were returned and wait for the office's answer."""
    action: str = ""
    """What was refused; its form is open again."""
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchOutcome:
    """What became of one proposal that was to be dispatched, or signed for."""

    title: str
    number: str
    good: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDeskView(View):
    """`/dispatch`: what the office has to dispatch, or watches. Query: `tab`, `state`, `search`, `after`, `proposal`.

    POST `action=ask` with `proposal_id`, `lead_unit`, repeated `co_units`, `separate`; `action=dispatch` with repeated
    `items` (`<proposal_id>:<version>`). Hint: `proposal handling`.
    """

    template: ClassVar[str] = "dispatch_desk.html"
    tab: DispatchTab
    state: str
    """Which of the dispatched: `dispatched`, `in_hand` or `rehandling`."""
    rows: Sequence[HandlingRow]
    next: str | None
    search: str
    may_act: bool
    """Whether the reader dispatches; the inspection office only reads."""
    may_adopt: bool = False
    current: ProposalAnswer | None = None
    """The proposal in hand on `waiting`."""
    units: Sequence[HandlingUnit] = ()
    rules: DispatchRulesAnswer | None = None
    lead: str = ""
    co: frozenset[str] = frozenset()
    separate: bool = False
    outcomes: tuple[DispatchOutcome, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A proposal on a unit's desk, with the unit's own parts in it."""

    row: HandlingRow
    parts: tuple[UnitPart, ...]
    to_sign: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDeskView(View):
    """`/unit`: what one's own units have to do, the one due first on top. Query: `part`, `all=1`, `after`.

    POST repeated `items` (proposal ids) signs for each of them, one command each. Hint: `handling`.
    """

    template: ClassVar[str] = "unit_desk.html"
    units: Sequence[HandlingUnit]
    """The reader's own."""
    rows: Sequence[UnitRow]
    next: str | None
    part: str = ""
    show_all: bool = False
    may_sign: bool = False
    outcomes: tuple[DispatchOutcome, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingCircularView(View):
    """`/circular`: where handling stood at the end of a period, and what moved in it. Query: `since`, `until`."""

    template: ClassVar[str] = "handling_circular.html"
    circular: CircularAnswer
    bars: tuple[RateBar, ...]
    dispatched: int
    replied: int
    overdue: int
    before: tuple[date, date]
    """The half-month before."""
    after: tuple[date, date] | None
    """The half-month after; None when it has not begun."""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchRulesView(View):
    """`/dispatch/rules`: the committee's own times. POST `object_days`, `answer_days`, `lead_months`, `co_months`, `source`."""

    template: ClassVar[str] = "dispatch_rules.html"
    rules: DispatchRulesAnswer
    may_adopt: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None
