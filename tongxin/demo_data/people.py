"""Invented members and their rosters as files: the same people every time, from a seed.

Names are put together by chance, phones count up through a made-up block; nobody real is meant. Rare characters (𠮷, 䶮)
are among the names, because real rosters have them.
"""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from openpyxl import Workbook

from tongxin_contracts.words import Gender, MemberRank, Party, Sector

from .places import CITY, COUNTY, SPECIAL_COMMITTEES, WORKPLACES, DemoCommittee

_SEED: Final = 20_261_121
_SURNAMES: Final = tuple("程方汪鲍江叶洪章余俞佘查吴胡许郑潘齐施凌柯储操殷桂梅舒盛陶阮詹祝项邵")
_DOUBLE_SURNAMES: Final = ("欧阳", "上官", "司马", "诸葛")
_MEN: Final = tuple("远志明川岩松柏林峰涛毅诚朗恒渊哲磊坤泽浩")
_WOMEN: Final = tuple("婉清若兰芷雯静姝思澜雨荷书瑶佩筠晓霜")
_EITHER: Final = tuple("安和文知行子云景一之然")
_FIRST_BIRTH: Final = date(1957, 1, 1)
_LAST_BIRTH: Final = date(1997, 12, 31)
_PARTY_SECTORS: Final = {Sector(party.value): party for party in Party if party.value in set(Sector)}
_OTHER_PARTIES: Final[Mapping[Party, int]] = {
    Party.CPC: 36,
    Party.NONE: 40,
    Party.CDL: 6,
    Party.CNDCA: 6,
    Party.JIUSAN: 6,
    Party.CPWDP: 6,
}
"""Weights of parties where the sector does not say."""
_EVERY_SO_MANY_IS_RARE: Final = 37
_HEADINGS: Final = (
    "姓名",
    "性别",
    "出生日期",
    "界别",
    "政协职务",
    "专委会",
    "党派",
    "工作单位",
    "职务",
    "手机号码",
    "联络组",
)
_COUNTY_HEADINGS: Final = (
    "姓名",
    "性别",
    "出生年月日",
    "所属界别",
    "委员职务",
    "所在专委会",
    "政治面貌",
    "单位",
    "现任职务",
    "联系电话",
    "所属联络组",
)
BAD_ROWS: Final = 7
"""How many rows a roster has more when bad rows are asked for; none of them goes in."""


@dataclass(frozen=True, slots=True)
class DemoMember:
    """One invented member."""

    name: str
    gender: Gender
    born: date
    sector: Sector
    rank: MemberRank
    special_committee: str
    party: Party
    employer: str
    post: str
    phone: str
    liaison_group: str

    def cells(self) -> list[str]:
        """As a row of a roster."""
        return [
            self.name,
            self.gender.label,
            self.born.isoformat(),
            self.sector.label,
            self.rank.label,
            self.special_committee,
            self.party.label,
            self.employer,
            self.post,
            self.phone,
            self.liaison_group,
        ]


def members_of(committee: DemoCommittee) -> list[DemoMember]:
    """The committee's members, the same ones every time."""
    chance = random.Random(f"{_SEED}-{committee.code}")  # noqa: S311  (demo data, nothing secret)
    return [_member(chance, committee, index) for index in range(committee.members)]


def city_roster(*, bad_rows: bool = False) -> bytes:
    """The city's roster as an office keeps it: .xlsx with a title, real dates and phones as numbers."""
    members = members_of(CITY)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "委员名册"
    sheet.append([f"{CITY.name}委员名册"])
    sheet.merge_cells("A1:L1")
    sheet.append(["序号", *_HEADINGS])
    for number, member in enumerate(members, 1):
        cells: list[object] = [number, *member.cells()]
        cells[_HEADINGS.index("出生日期") + 1] = member.born
        if number % 2:
            cells[_HEADINGS.index("手机号码") + 1] = int(member.phone)
        sheet.append(cells)
    for row in _bad_rows(members) if bad_rows else ():
        sheet.append(["", *row])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def county_roster(*, bad_rows: bool = False) -> bytes:
    """The county's roster as its office keeps it: .csv in GBK with headings of its own."""
    members = members_of(COUNTY)
    rows = [list(_COUNTY_HEADINGS), *(member.cells() for member in members)]
    if bad_rows:
        rows.extend(_bad_rows(members))
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("gbk")


def roster_csv(place: DemoCommittee) -> bytes:
    """A small county's roster, as a spreadsheet program saves it today: .csv in UTF-8 with its mark."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([list(_COUNTY_HEADINGS), *(member.cells() for member in members_of(place))])
    return out.getvalue().encode("utf-8-sig")


def _bad_rows(members: Sequence[DemoMember]) -> list[list[str]]:
    """Rows as hurried hands write them: each one is wrong in one way and none goes in."""
    changes = (
        {"界别": "教育届"},
        {"手机号码": "1990000123"},
        {"姓名": ""},
        {"出生日期": "2023-02-30"},
        {"姓名": "长" * 3_000},
        {"姓名": "=1+1"},
    )
    base = dict(zip(_HEADINGS, members[-1].cells(), strict=True))
    bad = [
        list({**base, "手机号码": f"1990000999{index}", **change}.values())
        for index, change in enumerate(changes)
    ]
    return [*bad, members[0].cells()]


def _member(chance: random.Random, committee: DemoCommittee, index: int) -> DemoMember:
    gender = Gender.FEMALE if chance.random() < 0.35 else Gender.MALE
    sector = list(WORKPLACES)[index % len(WORKPLACES)]
    employers, posts = WORKPLACES[sector]
    return DemoMember(
        name=_name(chance, gender, _rare(committee, index)),
        gender=gender,
        born=_FIRST_BIRTH + timedelta(days=chance.randrange((_LAST_BIRTH - _FIRST_BIRTH).days)),
        sector=sector,
        rank=_rank(index),
        special_committee=chance.choice(SPECIAL_COMMITTEES),
        party=_PARTY_SECTORS.get(sector) or _party(chance),
        employer=chance.choice(employers).format(place=committee.place),
        post=chance.choice(posts),
        phone=str(committee.first_phone + index),
        liaison_group=committee.groups[index % len(committee.groups)],
    )


def _name(chance: random.Random, gender: Gender, rare: str | None) -> str:
    pool = (_WOMEN if gender is Gender.FEMALE else _MEN) + _EITHER
    surname = chance.choice(_DOUBLE_SURNAMES) if chance.random() < 1 / 40 else chance.choice(_SURNAMES)
    given = "".join(chance.sample(pool, chance.choice((1, 2, 2, 2))))
    return surname + (rare + given[1:] if rare else given)


def _rare(committee: DemoCommittee, index: int) -> str | None:
    turn, rest = divmod(index, _EVERY_SO_MANY_IS_RARE)
    return committee.rare[turn % len(committee.rare)] if rest == 0 else None


def _rank(index: int) -> MemberRank:
    vice_chairs, secretary, standing = 5, 6, 48
    if index == 0:
        return MemberRank.CHAIR
    if index <= vice_chairs:
        return MemberRank.VICE_CHAIR
    if index == secretary:
        return MemberRank.SECRETARY_GENERAL
    return MemberRank.STANDING_MEMBER if index <= standing else MemberRank.MEMBER


def _party(chance: random.Random) -> Party:
    return chance.choices(list(_OTHER_PARTIES), list(_OTHER_PARTIES.values()))[0]
