"""Who looks after whom: the liaison grid with its ratios, venues, and what conveners' work comes to in a year.

Always holds: kinds of parties are a closed list, which kind looks after which and how many is data of the committee; what
an earlier year's grid was stays, because a link ends and is never deleted.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.classification import Internal, Personal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, Query, ShortText
from tongxin_contracts.words import Fixture, InclusionPurpose, PartyKind, VenueKind

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
Year = Annotated[int, Field(ge=2000, le=2100)]
PARTIES_MAX = 500
LINKS_MAX = 1000


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True)


class Party(_Data):
    """One end of links: an officer, a sector, a township; by its name among those of its kind."""

    kind: PartyKind
    name: Name
    person_id: UUID | None = None
    """Who it is, where it is a person who is known here."""


class LinkRule(_Data):
    """Which kind looks after which, and how many."""

    code: Code
    name: Name
    """As the committee calls it, such as 一对一联系指导."""
    from_kind: PartyKind
    to_kind: PartyKind
    per_from: int = Field(default=1, ge=1, le=100)
    """How many one of the first kind looks after, at most."""
    per_to: int = Field(default=1, ge=1, le=100)
    """How many of the first kind each of the second one has, neither more nor fewer."""


class Link(_Data):
    """Somebody looks after somebody, by their names."""

    giver: Name
    taker: Name


class Venue(_Data):
    """A place to meet (2+2)."""

    place: Name
    """The township or community it belongs to."""
    kind: VenueKind
    name: Name
    has: tuple[Fixture, ...] = ()
    """五有: which of the five are there."""


class LinkRulesSet(Event, service="members", aggregate="grid"):
    """The grid's parties and rules, as they stand now."""

    grid_id: Public[UUID]
    parties: Public[int]
    rules: Public[int]


class LinksSet(Event, service="members", aggregate="grid"):
    """Who looks after whom by one rule, from a day on."""

    grid_id: Public[UUID]
    rule: Public[str]
    name: Public[str]
    links: Public[int]
    gaps: Public[int]
    begins_on: Public[date]


class VenuesSet(Event, service="members", aggregate="grid"):
    """The committee's venues, as they stand now."""

    grid_id: Public[UUID]
    venues: Public[int]


class AssessmentIncluded(Event, service="members", aggregate="grid"):
    """A year's assessment of conveners was taken into an evaluation."""

    grid_id: Public[UUID]
    year: Public[int]
    purpose: Public[InclusionPurpose]
    document: Public[str]
    conveners: Public[int]


class SetLinkRules(Command, service="members", answer=Done):
    """Say who there is and which kind looks after which; replaces what was said, and ends links that no longer fit."""

    parties: list[Party] = Field(max_length=PARTIES_MAX)
    rules: list[LinkRule] = Field(max_length=20)
    expected_version: int | None = None
    """The grid's version this was made from, 0 for none yet; None replaces whatever there is."""


class SetLinks(Command, service="members", answer=Done):
    """Say who looks after whom by one rule, whole; whoever is left out has it no longer from that day on."""

    rule: Code
    links: list[Link] = Field(max_length=LINKS_MAX)
    begins_on: date | None = None
    """None for today."""
    partial: bool = False
    """Whether some may still be without; nobody may ever have too many."""
    expected_version: int | None = None
    """The grid's version this was made from, 0 for none yet; None replaces whatever there is."""


class SetVenues(Command, service="members", answer=Done):
    """Say which venues there are, whole."""

    venues: list[Venue] = Field(max_length=PARTIES_MAX)
    expected_version: int | None = None
    """The grid's version this was made from, 0 for none yet; None replaces whatever there is."""


class IncludeAssessment(Command, service="members", answer=Done):
    """Take the year's assessment of conveners into an evaluation (三纳入): its figures are kept as they are today."""

    year: Year
    purpose: InclusionPurpose
    document: ShortText
    """The document of the evaluation it is taken into."""


class LinkRow(Answer):
    """A link that is in force."""

    giver: Personal[str]
    giver_person: Internal[UUID | None]
    taker: Personal[str]
    begins_on: Public[date]


class Gap(Answer):
    """Somebody who has fewer or more than the rule says."""

    name: Personal[str]
    has: Public[int]
    wanted: Public[int]


class RuleCoverage(Answer):
    """One rule and how far it is held."""

    rule: Public[LinkRule]
    held: Public[bool]
    """Whether everybody to be looked after has exactly as many as the rule says, and nobody looks after too many."""
    covered: Public[int]
    takers: Public[int]
    links: Internal[list[LinkRow]]
    gaps: Internal[list[Gap]]
    """To be looked after, with too few."""
    surplus: Internal[list[Gap]]
    """Looked after by too many, or looking after too many."""
    idle: Internal[list[str]]
    """Who could look after somebody and does not."""


class CoveredBy(Answer):
    """Who stands behind a place."""

    rule: Public[str]
    kind: Public[PartyKind]
    name: Personal[str]
    through: Public[str]
    """Empty for whoever looks after it directly."""


class PlaceCoverage(Answer):
    """A township or community, everybody who stands behind it, and its venues."""

    kind: Public[PartyKind]
    name: Public[str]
    covered_by: Internal[list[CoveredBy]]
    venues: Public[list[Venue]]
    lacks: Public[list[str]]
    """What its venues lack, in words."""


class LinkCoverageAnswer(Answer):
    """The grid on a day."""

    version: Internal[int]
    """Of the grid; 0 while nobody has said anything about it."""
    on: date
    parties: Internal[list[Party]]
    rules: Public[list[RuleCoverage]]
    places: Internal[list[PlaceCoverage]]


class LinkCoverage(Query, service="members", answer=LinkCoverageAnswer):
    """Who looks after whom on a day, and whether the ratios are held."""

    on: date | None = None
    """None for today."""


class ConvenerLine(Answer):
    """What one convener's year came to."""

    rank: Public[int]
    name: Personal[str]
    person_id: Internal[UUID | None]
    place: Public[str]
    guided_by: Internal[list[str]]
    """Who looks after the place besides."""
    concluded: Public[int]
    """Consultations concluded in the place while they convened there."""
    solved: Public[int]
    took_part: Public[int]
    """Times that members took part in those."""
    points: Internal[str | None]
    """Their own points of the year; None for whoever is no member, or where there is no scheme."""


class Inclusion(Answer):
    """An evaluation that a year's assessment was taken into, with the figures of that day."""

    purpose: Public[InclusionPurpose]
    document: Public[str]
    on: Public[date]
    lines: Internal[list[ConvenerLine]]


class ConvenerAssessmentAnswer(Answer):
    """A year's assessment of conveners, the first place first."""

    year: int
    lines: Internal[list[ConvenerLine]]
    included: Public[list[Inclusion]]
    missing: Public[list[InclusionPurpose]]
    """Evaluations it was not taken into yet."""


class ConvenerAssessment(Query, service="members", answer=ConvenerAssessmentAnswer):
    """Rank conveners by the consultations concluded in their places, then by those solved, then by points."""

    year: Year | None = None
    """None for the current one."""
