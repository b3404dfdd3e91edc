"""Pages of the roster and of a member's duty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from tongxin_contracts.members.points import AppealRow
from tongxin_contracts.members.queries import DossierAnswer, RosterPage, RosterReportAnswer
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import Attendance, DutyKind, ExitDecision

from .frame import View
from .proposals import TimelineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersView(View):
    """`/members`: the roster. Query: `search`, `after`. Links: `/members/export?format=xlsx|csv`."""

    template: ClassVar[str] = "members.html"
    page: RosterPage
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImportView(View):
    """`/members/import`: POST multipart `file`; on success redirect (303) to the report.

    Link: `/members/import/template.xlsx`.
    """

    template: ClassVar[str] = "roster_import.html"
    max_bytes: int
    problem: Problem | None = None
    """Why the last file was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReportView(View):
    """`/members/import/{report_id}`: what became of the file, row by row."""

    template: ClassVar[str] = "roster_report.html"
    report: RosterReportAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassBar:
    """One class of the scheme in the chart."""

    name: str
    counted: Decimal
    cut: Decimal
    """What caps took off."""
    share: float
    """Of the longest bar, 0 to 1."""
    cut_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierView(View):
    """`/members/{member_id}`, one's own at `/members/me`: who, duty this year, and why the points are what they are.

    Query: `year`. Hint: `dossier`. The office posts to `/members/{member_id}/duty`: `action` = `record` | `correct` |
    `annul` | `phone` | `readmit` | `decide`, with `kind`, `on`, `quantity`, `attendance`, `note`, `fact_id`, `reason`, `phone`, `year`,
    `decision`. A member posts to `/appeals/new`.
    """

    template: ClassVar[str] = "dossier.html"
    dossier: DossierAnswer
    timeline: tuple[TimelineEntry, ...] = ()
    """The history in words, the newest first."""
    proposals: frozenset[UUID] = frozenset()
    """Matters of the ledger that the viewer may open as proposals."""
    appeals: tuple[AppealRow, ...] = ()
    """One's own appeals, where the dossier is one's own."""
    is_own: bool = False
    problem: Problem | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was sent in the form that was refused; `action` says which one (`appeal` for an appeal)."""
    duty_kinds: ClassVar[tuple[DutyKind, ...]] = tuple(
        kind for kind in DutyKind if kind not in (DutyKind.PROPOSAL_SUBMITTED, DutyKind.PROPOSAL_FILED)
    )
    attendances: ClassVar[tuple[Attendance, ...]] = tuple(Attendance)
    decisions: ClassVar[tuple[ExitDecision, ...]] = tuple(ExitDecision)

    @property
    def address(self) -> str:
        """Where this page is read again, also when it came as the answer to a form."""
        return "/members/me" if self.is_own else f"/members/{self.dossier.member_id}"

    def kept(self, action: str) -> Mapping[str, str]:
        """What to put back into one form."""
        return self.typed if self.typed.get("action") == action else {}

    @property
    def classes(self) -> list[ClassBar]:
        """The ledger by class, for the chart; as long as the longest is wide."""
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for line in self.dossier.lines:
            raw, counted = sums.get(line.group, (Decimal(0), Decimal(0)))
            sums[line.group] = raw + Decimal(line.raw), counted + Decimal(line.counted)
        longest = max((max(abs(raw), abs(counted)) for raw, counted in sums.values()), default=Decimal(0))
        return [
            ClassBar(
                name=name,
                counted=counted,
                cut=raw - counted,
                share=float(abs(counted) / longest) if longest else 0.0,
                cut_share=float(max(Decimal(0), raw - counted) / longest) if longest else 0.0,
            )
            for name, (raw, counted) in sums.items()
        ]

    @property
    def share_of_floor(self) -> float | None:
        """How much of the year's floor is reached, 0 to 1; None where the scheme has no floor."""
        if not self.dossier.floor or Decimal(self.dossier.floor) <= 0:
            return None
        return float(
            max(Decimal(0), min(Decimal(1), Decimal(self.dossier.total) / Decimal(self.dossier.floor)))
        )

    @property
    def missing(self) -> Decimal | None:
        """Points still needed to reach the floor, 0 when it is reached."""
        if not self.dossier.floor:
            return None
        return max(Decimal(0), Decimal(self.dossier.floor) - Decimal(self.dossier.total))
