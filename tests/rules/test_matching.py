"""A roster against the members there are: every row has one fate, and taking the same roster again changes nothing."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.members.rules.matching import Known, match
from services.members.rules.roster import RosterRow
from services.members.rules.roster_columns import REQUIRED, Column
from tongxin_contracts.words import MemberRank, MemberStanding, Sector

ALL = frozenset(Column)

rows = st.builds(
    RosterRow,
    row=st.integers(2, 5_000),
    name=st.sampled_from(["甲", "乙", "丙", "䶮"]),
    phone=st.integers(0, 20).map(lambda n: f"199000000{n:02d}"),
    sector=st.sampled_from([Sector.ECONOMY, Sector.EDUCATION]),
    rank=st.sampled_from(MemberRank),
    employer=st.sampled_from([None, "一厂", "二校"]),
)
rosters = st.lists(rows, max_size=12, unique_by=lambda row: row.phone)
columns = st.sets(st.sampled_from(Column)).map(lambda some: frozenset({*some, *REQUIRED}))


def known(members: list[RosterRow], standing: MemberStanding = MemberStanding.SERVING) -> list[Known]:
    return [
        Known(UUID(int=number), UUID(int=-number % 2**128), standing, replace(row, row=0))
        for number, row in enumerate(members, 1)
    ]


@given(members=rosters, roster=rosters, has=columns)
def test_every_row_has_one_fate(
    members: list[RosterRow], roster: list[RosterRow], has: frozenset[Column]
) -> None:
    found = match(roster, known(members), has)
    assert len(found.new) + len(found.changed) + found.unchanged + found.refused == len(roster)


@given(members=rosters, roster=rosters, has=columns)
def test_what_was_taken_is_unchanged_when_it_comes_again(
    members: list[RosterRow], roster: list[RosterRow], has: frozenset[Column]
) -> None:
    before = known(members)
    taken = match(roster, before, has)
    after = {one.row.phone: one.row for one in before}
    after |= {row.phone: row for _, row in taken.changed} | {row.phone: row for row in taken.new}
    again = match(roster, known(list(after.values())), has)
    assert (len(again.new), len(again.changed), again.refused) == (0, 0, taken.refused)


@given(members=rosters, roster=rosters, has=columns)
def test_what_a_file_has_no_column_for_stays(
    members: list[RosterRow], roster: list[RosterRow], has: frozenset[Column]
) -> None:
    for one, wanted in match(roster, known(members), has).changed:
        assert one.row.phone == wanted.phone
        assert one.row.name == wanted.name
        for column in Column:
            if column not in has:
                assert getattr(wanted, column.value) == getattr(one.row, column.value)


@given(members=rosters)
def test_nobody_comes_back_by_a_roster(members: list[RosterRow]) -> None:
    found = match(members, known(members, MemberStanding.RESIGNED), ALL)
    assert found.refused == len(members) == len(found.problems)
    assert all("增补" in problem.remedy for problem in found.problems)
