"""The demo city is made of data that the real rules accept, and its bad rows are really bad."""

from datetime import date

import pytest

from services.members.roster_file import read_roster_file
from services.members.rules.roster import RosterReading, read_roster
from services.members.rules.roster_cells import Fault
from services.proposals.rules.text import ProposalText, check_text
from tongxin.demo_data.people import BAD_ROWS, city_roster, county_roster, members_of
from tongxin.demo_data.places import CITY, PLACES
from tongxin.demo_data.proposals import PROPOSALS, DemoProposal

TODAY = date(2026, 11, 21)
FAULTS = {
    Fault.UNKNOWN_SECTOR,
    Fault.BAD_PHONE,
    Fault.MISSING,
    Fault.IMPOSSIBLE_DATE,
    Fault.TOO_LONG,
    Fault.BAD_NAME,
    Fault.DUPLICATE_PERSON,
}


def city(*, bad_rows: bool) -> RosterReading:
    return read_roster(read_roster_file("安和市.xlsx", city_roster(bad_rows=bad_rows)), today=TODAY)


def county(*, bad_rows: bool) -> RosterReading:
    return read_roster(read_roster_file("清源县.csv", county_roster(bad_rows=bad_rows)), today=TODAY)


@pytest.mark.parametrize(("read", "count"), [(city, 320), (county, 130)])
def test_every_row_of_the_demo_rosters_goes_in(read: object, count: int) -> None:
    reading = read(bad_rows=False)  # type: ignore[operator]
    assert (len(reading.rows), reading.problems) == (count, ())


@pytest.mark.parametrize(("read", "count"), [(city, 320), (county, 130)])
def test_bad_rows_are_refused_each_for_its_own_reason(read: object, count: int) -> None:
    reading = read(bad_rows=True)  # type: ignore[operator]
    assert (len(reading.rows), reading.refused) == (count, BAD_ROWS)
    assert {problem.fault for problem in reading.problems} == FAULTS


def test_the_county_roster_is_gbk_and_the_city_has_rare_names() -> None:
    county_roster().decode("gbk")
    names = "".join(member.name for member in members_of(CITY))
    assert "𠮷" in names
    assert "䶮" in names


def test_people_are_the_same_every_time_and_no_phone_twice() -> None:
    everybody = [member for place in PLACES for member in members_of(place)]
    assert everybody == [member for place in PLACES for member in members_of(place)]
    assert len({member.phone for member in everybody}) == len(everybody)


@pytest.mark.parametrize("proposal", PROPOSALS, ids=lambda proposal: proposal.title[:12])
def test_every_demo_proposal_could_be_submitted(proposal: DemoProposal) -> None:
    text = ProposalText(proposal.title, proposal.facts, proposal.analysis, proposal.suggestions)
    assert check_text(text) == ()
    assert 150 <= len(proposal.facts) <= 400
    assert 150 <= len(proposal.analysis) <= 400


def test_forty_proposals_with_forty_titles() -> None:
    assert len({proposal.title for proposal in PROPOSALS}) == len(PROPOSALS) == 40
