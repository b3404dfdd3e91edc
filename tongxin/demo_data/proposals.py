"""The proposals of the demo city and of its county, twenty each."""

from typing import Final

from .city_other import CITY_OTHER
from .city_society import CITY_SOCIETY
from .county_other import COUNTY_OTHER
from .county_society import COUNTY_SOCIETY
from .proposal import DemoProposal

CITY_PROPOSALS: Final[tuple[DemoProposal, ...]] = CITY_SOCIETY + CITY_OTHER
COUNTY_PROPOSALS: Final[tuple[DemoProposal, ...]] = COUNTY_SOCIETY + COUNTY_OTHER
PROPOSALS: Final[tuple[DemoProposal, ...]] = CITY_PROPOSALS + COUNTY_PROPOSALS
