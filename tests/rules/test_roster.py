"""A roster is read row by row: good rows go in, each bad one is told what is wrong and what to do."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.rules.roster import RosterReading, read_roster, shortened
from services.members.rules.roster_cells import (
    CellWrong,
    Fault,
    read_birth,
    read_name,
    read_phone,
    read_sector,
)
from services.members.rules.roster_columns import Cell, RosterRefused
from tongxin_contracts.words import Gender, MemberRank, Party, RosterRowOutcome, Sector

TODAY = date(2026, 11, 21)
HEADINGS = ["姓名", "性别", "出生日期", "界别", "政协职务", "党派", "工作单位", "职务", "手机号码", "联络组"]
GOOD: list[Cell] = [
    "方知远", "男", "1975-06-18", "教育界", "委员", "民盟", "安和市第三中学", "教师", "19900001234", "城关镇联络组",
]  # fmt: skip


def typed_date(year: int, month: int, day: int) -> datetime:
    """What a spreadsheet's date cell holds."""
    return datetime(year, month, day)  # noqa: DTZ001  (spreadsheets know no zone)


def row(**changes: Cell) -> list[Cell]:
    cells = list(GOOD)
    for heading, value in changes.items():
        cells[HEADINGS.index(heading)] = value
    return cells


def read(*rows: list[Cell], headings: list[Any] = HEADINGS, **options: Any) -> RosterReading:
    return read_roster(list(enumerate([headings, *rows], 1)), today=TODAY, **options)


def test_a_good_row_becomes_a_member_to_be() -> None:
    reading = read(row())
    assert (reading.problems, reading.refused, reading.ignored_columns) == ((), 0, ())
    member = reading.rows[0]
    assert (member.name, member.phone, member.born) == ("方知远", "19900001234", date(1975, 6, 18))
    assert (member.sector, member.rank, member.party) == (Sector.EDUCATION, MemberRank.MEMBER, Party.CDL)
    assert (member.gender, member.liaison_group) == (Gender.MALE, "城关镇联络组")


@pytest.mark.parametrize(
    ("changes", "fault", "column"),
    [
        ({"姓名": " 　"}, Fault.MISSING, "姓名"),
        ({"姓名": 12345}, Fault.BAD_NAME, "姓名"),
        ({"姓名": "方" * 3000}, Fault.TOO_LONG, "姓名"),
        ({"姓名": "方\x00知"}, Fault.UNUSABLE, "姓名"),
        ({"界别": "火星界"}, Fault.UNKNOWN_SECTOR, "界别"),
        ({"界别": None}, Fault.MISSING, "界别"),
        ({"手机号码": "0551-62345678"}, Fault.BAD_PHONE, "手机号码"),
        ({"手机号码": "1990000123"}, Fault.BAD_PHONE, "手机号码"),
        ({"手机号码": "19900001234/19900001235"}, Fault.BAD_PHONE, "手机号码"),
        ({"手机号码": "19900001234.5"}, Fault.BAD_PHONE, "手机号码"),
        ({"手机号码": "1.99E+10"}, Fault.BAD_PHONE, "手机号码"),
        ({"手机号码": None}, Fault.MISSING, "手机号码"),
        ({"出生日期": "2023-02-30"}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"出生日期": "2027-01-01"}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"出生日期": typed_date(1899, 12, 31)}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"出生日期": "2008-11-22"}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"出生日期": "不详"}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"出生日期": 1975.1}, Fault.IMPOSSIBLE_DATE, "出生日期"),
        ({"党派": "火星党"}, Fault.UNKNOWN_WORD, "党派"),
        ({"性别": "雌"}, Fault.UNKNOWN_WORD, "性别"),
        ({"政协职务": "总管"}, Fault.UNKNOWN_WORD, "政协职务"),
        ({"工作单位": "#REF!"}, Fault.FORMULA, "工作单位"),
        ({"职务": "长" * 201}, Fault.TOO_LONG, "职务"),
    ],
)  # fmt: skip
def test_a_bad_row_is_reported_with_row_column_value_and_remedy(
    changes: dict[str, Cell], fault: Fault, column: str
) -> None:
    reading = read(row(手机号码="19900009999"), row(**changes))
    assert len(reading.rows) == 1
    assert reading.refused == 1
    (problem,) = reading.problems
    assert (problem.row, problem.fault, problem.column) == (3, fault, column)
    assert problem.outcome is RosterRowOutcome.REFUSED
    assert problem.problem.endswith("。")
    assert problem.remedy.endswith("。")
    assert len(problem.value or "") < 40


@pytest.mark.parametrize(
    ("born", "says"), [("2027-01-01", "还没有到"), ("1899-12-31", "早于 1900"), ("2008-11-22", "不满 18 岁")]
)
def test_an_impossible_birth_says_why(born: str, says: str) -> None:
    (problem,) = read(row(出生日期=born)).problems
    assert says in problem.problem


def test_all_mistakes_of_a_row_are_told_at_once() -> None:
    reading = read(row(姓名="", 界别="教育届", 手机号码="110", 出生日期="2023-02-30"))
    assert [problem.column for problem in reading.problems] == ["姓名", "出生日期", "界别", "手机号码"]
    assert "教育界" in reading.problems[2].remedy


def test_the_same_person_twice_goes_in_once() -> None:
    reading = read(row(), row(), row(姓名="程𠮷"))
    assert [member.row for member in reading.rows] == [2]
    faults = [(problem.row, problem.fault) for problem in reading.problems]
    assert faults == [(3, Fault.DUPLICATE_PERSON), (4, Fault.DUPLICATE_PHONE)]
    assert "第 2 行" in reading.problems[0].problem


def test_two_people_of_one_name_are_two_people() -> None:
    assert len(read(row(), row(手机号码="19900009999")).rows) == 2


def test_an_unknown_liaison_group_is_only_warned_about() -> None:
    reading = read(row(), groups={"河东乡联络组"})
    assert len(reading.rows) == 1
    assert [(p.fault, p.outcome) for p in reading.problems] == [
        (Fault.UNKNOWN_GROUP, RosterRowOutcome.WARNED)
    ]
    assert read(row(), groups={"城关镇联络组"}).problems == ()


def test_headings_are_found_below_a_title_and_by_their_other_names() -> None:
    grid: list[tuple[int, list[Cell]]] = [
        (1, ["政协安和市第八届委员会委员名册"]),
        (4, ["序号", "姓　名", "*所属界别", "手机（必填）", "备注"]),
        (5, [1, "王　伟", "农业和农村界", 19900001234.0, "x"]),
        (7, [2, "阿依古丽·买买提", "少数民族", "+86 199-0000-1235"]),
    ]
    reading = read_roster(grid, today=TODAY)
    assert [(m.row, m.name, m.phone) for m in reading.rows] == [
        (5, "王伟", "19900001234"),
        (7, "阿依古丽·买买提", "19900001235"),
    ]
    assert reading.ignored_columns == ("备注",)


def test_a_committee_may_have_fewer_sectors() -> None:
    reading = read(row(), sectors={Sector.ECONOMY, Sector.AGRICULTURE})
    assert reading.problems[0].fault is Fault.UNKNOWN_SECTOR
    assert "经济界、农业界" in reading.problems[0].remedy


@pytest.mark.parametrize(
    ("grid", "says"),
    [
        ([], "表头"),
        ([(1, ["啊", "哦"])], "表头"),
        ([(1, ["姓名", "界别"]), (2, ["方知远", "教育界"])], "手机号码"),
        ([(1, HEADINGS)], "没有委员"),
        ([(1, HEADINGS), (2, [None, "  "])], "没有委员"),
        ([(1, HEADINGS), *[(n, GOOD) for n in range(2, 5003)]], "5000"),
    ],
)
def test_what_is_no_roster_is_refused_as_a_whole(grid: Any, says: str) -> None:
    with pytest.raises(RosterRefused) as refusal:
        read_roster(grid, today=TODAY)
    assert says in refusal.value.reason


@pytest.mark.parametrize(
    "cell",
    [19900001234, 19900001234.0, "19900001234", " 199 0000 1234", "+8619900001234", "86-199-0000-1234",
     "008619900001234", "1.9900001234E10", "1.9900001234e+10", "19900001234.0", "１９９００００１２３４", "'19900001234"],
)  # fmt: skip
def test_every_usual_writing_of_a_phone_is_the_same_phone(cell: Cell) -> None:
    assert read_phone(cell) == "19900001234"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (typed_date(1975, 6, 18), date(1975, 6, 18)),
        (date(1975, 6, 18), date(1975, 6, 18)),
        (27_563, date(1975, 6, 18)),
        ("27563", date(1975, 6, 18)),
        ("1975年6月18日", date(1975, 6, 18)),
        ("1975/6/18", date(1975, 6, 18)),
        ("1975.06.18", date(1975, 6, 18)),
        ("19750618", date(1975, 6, 18)),
        ("1975-06-18 00:00:00", date(1975, 6, 18)),
        ("1975年6月", date(1975, 6, 1)),
        (1975.06, date(1975, 6, 1)),
        ("1975.10", date(1975, 10, 1)),
        ("２００８-１１-２１", date(2008, 11, 21)),
        ("", None),
        (None, None),
    ],
)
def test_every_usual_writing_of_a_date_is_understood(cell: Cell, day: date | None) -> None:
    assert read_birth(cell, TODAY) == day


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("教育", Sector.EDUCATION),
        ("教育界别", Sector.EDUCATION),
        ("中国农工民主党", Sector.CPWDP),
        ("民建界", Sector.CNDCA),
        ("共青团、青联", Sector.YOUTH),
        ("特邀界", Sector.SPECIALLY_INVITED),
        ("社会福利与社会保障界", Sector.SOCIAL_WELFARE),
        ("医卫界", Sector.MEDICINE_AND_HEALTH),
        (" 无党派\n人士 ", Sector.NON_PARTY),
    ],
)
def test_sectors_are_known_by_their_usual_names(text: str, sector: Sector) -> None:
    assert read_sector(text, list(Sector)) is sector


@pytest.mark.parametrize("sector", Sector)
def test_every_sector_is_known_by_its_own_label(sector: Sector) -> None:
    assert read_sector(sector.label, list(Sector)) is sector


def test_rare_characters_stay_as_they_are_written() -> None:
    assert read_name("䶮𠮷\uf900\ue000") == "䶮𠮷\uf900\ue000"
    assert read_name("欧阳　䶮") == "欧阳䶮"


def test_a_long_value_is_shown_short_and_on_one_line() -> None:
    assert shortened("字" * 3000) == "字" * 20 + "…（共 3000 字）"
    assert shortened("a\n b\x00") == "a b\ufffd"
    assert shortened(None) is None


ANY_CELL = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.datetimes()
    | st.dates()
    | st.times()
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(ANY_CELL, max_size=11), max_size=8))
def test_whatever_stands_in_the_cells_every_row_is_accounted_for(rows: list[list[Cell]]) -> None:
    reading = read(row(), *rows)
    accepted = {member.row for member in reading.rows}
    refused = {problem.row for problem in reading.problems if problem.outcome is RosterRowOutcome.REFUSED}
    filled = {
        number
        for number, cells in enumerate(rows, 3)
        if any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells)
    }
    assert accepted | refused == filled | {2}
    assert not accepted & refused
    assert reading.refused == len(refused)


@settings(max_examples=150, deadline=None)
@given(ANY_CELL | st.from_regex(r"(\+86)?1[3-9]\d{9}(\.0)?", fullmatch=True))
def test_a_phone_that_passes_is_eleven_digits_and_passes_again(cell: Cell) -> None:
    try:
        phone = read_phone(cell)
    except CellWrong:
        return
    assert len(phone) == 11
    assert phone.isascii()
    assert read_phone(phone) == phone
