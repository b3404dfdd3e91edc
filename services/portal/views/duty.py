"""Pages of handling units, of days of duty, and of what a member's points mean among others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from tongxin_contracts.members.duty_days import DutyDayRow, DutyDaysAnswer, DutyStatisticsAnswer
from tongxin_contracts.members.points import AppealsAnswer, RankingAnswer, SimulationAnswer
from tongxin_contracts.members.queries import MemberRow, UnitRow
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import (
    Attendance,
    DayShift,
    DutyDayForm,
    DutyKind,
    HalfDay,
    MatterOutcome,
    UnitDuty,
)

from .frame import View


class DutyWords:
    """The closed lists that forms offer."""

    form: ClassVar = tuple(DutyDayForm)
    half: ClassVar = tuple(HalfDay)
    shift: ClassVar = tuple(DayShift)
    kind: ClassVar = tuple(
        kind for kind in DutyKind if kind not in (DutyKind.PROPOSAL_SUBMITTED, DutyKind.PROPOSAL_FILED)
    )
    outcome: ClassVar = tuple(MatterOutcome)
    attendance: ClassVar = tuple(Attendance)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsView(View):
    """`/units`: POST `name`, `short_name` registers a unit."""

    template: ClassVar[str] = "units.html"
    units: Sequence[UnitRow]
    name: str = ""
    short_name: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitView(View):
    """`/units/{unit_id}`: POST `action` = `change` (`name`, `short_name`, `active`) | `staff` (`version`, `posts`).

    `posts` are `<duty>:<person id>`, one for each box that is ticked.
    """

    template: ClassVar[str] = "unit.html"
    unit: UnitRow
    candidates: Mapping[UnitDuty, Sequence[tuple[UUID, str]]]
    """Who may be chosen for a duty: person and name, by name; those who do it now among them."""
    problem: Problem | None = None

    @property
    def posts(self) -> frozenset[tuple[UnitDuty, UUID]]:
        """Who does what now."""
        return frozenset((post.duty, post.person_id) for post in self.unit.posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingView(View):
    """`/ranking`: query `year`, `group`, `after`. Links: `/ranking/export?format=xlsx|csv`. POST `year` closes that year."""

    template: ClassVar[str] = "ranking.html"
    ranking: RankingAnswer
    group: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationView(View):
    """`/ranking/simulation`: POST multipart `file` (a scheme as .json) and `year`; nothing is changed."""

    template: ClassVar[str] = "simulation.html"
    found: SimulationAnswer | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealsView(View):
    """`/appeals`: POST `appeal_id`, `granted` = `yes` | `no`, `text`."""

    template: ClassVar[str] = "appeals.html"
    appeals: AppealsAnswer
    problem: Problem | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was sent in the form that was refused."""

    def kept(self, appeal_id: UUID) -> Mapping[str, str]:
        """What to put back into one appeal's form."""
        return self.typed if self.typed.get("appeal_id") == str(appeal_id) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDaysView(View):
    """`/duty`: query `year`. POST `action` = `plan` | `year` | `day`. Links: `/duty/{day_id}`, `.ics`."""

    template: ClassVar[str] = "duty_days.html"
    duty: DutyDaysAnswer
    statistics: DutyStatisticsAnswer | None = None
    members: Sequence[MemberRow] = ()
    """Who may take turns, for the office."""
    problem: Problem | None = None
    duty_words: ClassVar = DutyWords


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDayView(View):
    """`/duty/{day_id}`: POST `action` = `assign` (`members`) | `cancel` (`reason`) | `record` | `settle`.

    `record` sends `took:<member id>` = attendance, `invited`, `present`, `residents`, and `matter.<n>`, `outcome.<n>`,
    `became.<n>`; `settle` sends `matter_id`, `outcome`, `became`. All send `version`.
    """

    template: ClassVar[str] = "duty_day.html"
    day: DutyDayRow
    members: Sequence[MemberRow] = ()
    problem: Problem | None = None
    words: ClassVar = DutyWords
    is_over: bool = False
    """Whether it may be recorded by now."""
