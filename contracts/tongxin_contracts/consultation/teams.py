"""Who consults with whom, and where: 6+N teams, venues, whoever brought a matter, and what a year of it came to."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, Query
from tongxin_contracts.words import Entry, TeamPart

TEAM_MAX = 60
"""People in one team."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]


class TeamMember(BaseModel):
    """Somebody who takes part: a member of the committee by their person, or anybody else by name alone."""

    model_config = ConfigDict(frozen=True)

    part: TeamPart
    name: Name
    person_id: UUID | None = None


class TeamSet(Event, service="consultation", aggregate="process"):
    """Where a consultation is held and how many take part, as it stands now."""

    process_id: Public[UUID]
    place: Public[str]
    venue: Public[str]
    fixed: Public[int]
    invited: Public[int]


class SetTeam(Command, service="consultation", answer=Done):
    """Say where a consultation is held and who takes part; what is said replaces what was said before."""

    process_id: UUID
    expected_version: int
    place: Place = ""
    """The township or community, by the name it has among those that are looked after."""
    venue: Place = ""
    team: list[TeamMember] = Field(max_length=TEAM_MAX)


class MattersCount(Answer):
    """What was brought, in numbers."""

    matters: Public[int]
    parties: Public[int]
    """Different ones who brought something."""
    concluded: Public[int]
    solved: Public[int]
    """Concluded with consensus, and not rated as unsatisfactory."""


class EntryCount(MattersCount):
    """What was brought where a consultation was taken to."""

    entry: Public[Entry | None]


class PartyCount(Answer):
    """What one enterprise, or one group of residents, brought."""

    party: Internal[str]
    entry: Public[Entry | None]
    matters: Public[int]
    concluded: Public[int]
    solved: Public[int]


class ProcessStatisticsAnswer(Answer):
    """A year's consultations by where they were taken to and by who brought the matter."""

    year: Public[int]
    total: Public[MattersCount]
    entries: Public[list[EntryCount]]
    parties: Internal[list[PartyCount]]
    """Who brought most comes first; at most 100."""


class ProcessStatistics(Query, service="consultation", answer=ProcessStatisticsAnswer):
    """Count a year's consultations by the day they began."""

    year: int | None = Field(default=None, ge=2000, le=2100)
    """None for the current one."""
