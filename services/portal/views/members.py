"""Pages of the roster and of a member's duty."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from tongxin_contracts.members.queries import DossierAnswer, RosterPage, RosterReportAnswer
from tongxin_contracts.problems import Problem

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
class DossierView(View):
    """`/members/{member_id}`, one's own at `/members/me`: who, duty this year, and why the points are what they are.

    Query: `year`. Hint: `dossier`.
    """

    template: ClassVar[str] = "dossier.html"
    dossier: DossierAnswer
    timeline: tuple[TimelineEntry, ...] = ()
    """The history in words, the newest first."""
    proposals: frozenset[UUID] = frozenset()
    """Matters of the ledger that the viewer may open as proposals."""

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
