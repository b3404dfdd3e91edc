"""Pages of the liaison grid: who looks after whom, and what conveners' work comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tongxin_contracts.members.coverage import (
    ConvenerAssessmentAnswer,
    LinkCoverageAnswer,
    PlaceCoverage,
    RuleCoverage,
)
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import Fixture, PartyKind, VenueKind

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView(View):
    """`/coverage`: query `on`. POST `action` = `rules` | `links` | `venue` | `remove_venue`, all with `version`.

    `rules` sends `names.<kind>` (one name a line) and, for rule n, `code.<n>`, `name.<n>`, `from.<n>`, `to.<n>`,
    `per_from.<n>`, `per_to.<n>`; `links` sends `rule`, `begins_on`, `partial` and, for each to be looked after,
    `giver.<place in the list>`; `venue` sends `place`, `kind`, `name`, `has`.
    """

    template: ClassVar[str] = "coverage.html"
    coverage: LinkCoverageAnswer
    problem: Problem | None = None
    opened: str = ""
    """Which form was refused, so that it is open."""
    kinds: ClassVar = tuple(PartyKind)
    venue_kinds: ClassVar = tuple(VenueKind)
    fixtures: ClassVar = tuple(Fixture)

    @property
    def blanks(self) -> int:
        """Rules there are, and one more to fill in."""
        return len(self.coverage.rules) + 1

    def names(self, kind: PartyKind) -> list[str]:
        """Who there is of a kind."""
        return [party.name for party in self.coverage.parties if party.kind is kind]

    def places(self, kind: PartyKind) -> Sequence[PlaceCoverage]:
        """Townships, or communities."""
        return [place for place in self.coverage.places if place.kind is kind]

    def columns(self, kind: PartyKind) -> list[PartyKind]:
        """Which kinds stand behind places of this kind, in the order of the rules."""
        direct = [line.rule.from_kind for line in self.coverage.rules if line.rule.to_kind is kind]
        above = [line.rule.from_kind for line in self.coverage.rules if line.rule.to_kind in direct]
        return list(dict.fromkeys((*direct, *above)))

    def givers(self, line: RuleCoverage, taker: str) -> list[str]:
        """Who looks after somebody by a rule, as many places as the rule wants."""
        found = [link.giver for link in line.links if link.taker == taker]
        return [*found, *[""] * (line.rule.per_to - len(found))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvenersView(View):
    """`/coverage/conveners`: query `year`. POST `year`, `purpose`, `document`."""

    template: ClassVar[str] = "conveners.html"
    assessment: ConvenerAssessmentAnswer
    problem: Problem | None = None
