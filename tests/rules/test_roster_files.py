"""Roster files: what is exported imports again unchanged, and a file that isn't what it says is refused."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from services.members.roster_file import read_roster_file, write_csv, write_xlsx
from services.members.rules.roster import RosterReading, RosterRow, read_roster, roster_table
from services.members.rules.roster_cells import CellWrong, read_name, read_text
from services.members.rules.roster_columns import RosterRefused
from tongxin_contracts.words import Gender, MemberRank, Party, Sector

TODAY = date(2026, 11, 21)
Writer = Callable[[list[list[str]]], bytes]
FORMATS: list[tuple[str, Writer]] = [
    ("a.xlsx", write_xlsx),
    ("a.csv", write_csv),
    ("a.CSV", lambda table: write_csv(table, "gb18030")),
]
AWKWARD = ["𠮷䶮", "👨‍👩‍👧‍👦", "甲,乙;丙\t丁", '"老字号"', "一\n二", "007", "=1+1", "'=1+1", "+86", "-", "@x", "＝1", "''", "_x000D_", "_x0041_", "1E5", "#N/B", "TRUE", "2026-01-01", "<b>&amp;", "' OR 1=1 --"]  # fmt: skip


def import_file(filename: str, content: bytes) -> RosterReading:
    return read_roster(read_roster_file(filename, content), today=TODAY)


def tidy_or_none(text: str) -> str | None:
    try:
        return read_text(text, "x", 50)
    except CellWrong:
        return None


def name_or_default(text: str) -> str:
    try:
        return read_name(text)
    except CellWrong:
        return "方知远"


free_text = (st.sampled_from(AWKWARD) | st.text(max_size=20)).map(tidy_or_none)
roster_rows = st.builds(
    RosterRow,
    row=st.just(0),
    name=(st.sampled_from(AWKWARD) | st.text(max_size=12)).map(name_or_default),
    phone=st.integers(0, 9999).map(lambda n: f"1990000{n:04d}"),
    sector=st.sampled_from(Sector),
    rank=st.sampled_from(MemberRank),
    gender=st.none() | st.sampled_from(Gender),
    born=st.none() | st.dates(date(1930, 1, 1), date(2008, 1, 1)),
    special_committee=free_text,
    liaison_group=free_text,
    party=st.none() | st.sampled_from(Party),
    employer=free_text,
    post=free_text,
)


@pytest.mark.parametrize(("filename", "write"), FORMATS)
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(roster_rows, min_size=1, max_size=6, unique_by=lambda row: row.phone))
def test_what_is_exported_imports_again_unchanged(
    filename: str, write: Writer, rows: list[RosterRow]
) -> None:
    reading = import_file(filename, write(roster_table(rows)))
    assert reading.problems == ()
    assert [replace(row, row=0) for row in reading.rows] == rows
    assert roster_table(reading.rows) == roster_table(rows)


@pytest.mark.parametrize(("filename", "write"), FORMATS)
@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_survives_the_way_out_and_in(filename: str, write: Writer, text: str) -> None:
    row = RosterRow(
        row=2, name="方知远", phone="19900001234", sector=Sector.ECONOMY, employer=text, post=text
    )
    assert import_file(filename, write(roster_table([row]))).rows == (row,)


def test_nothing_exported_becomes_a_formula() -> None:
    rows = [
        RosterRow(
            row=2, name="方知远", phone="19900001234", sector=Sector.ECONOMY, employer="=1+1", post="@SUM(A1)"
        )
    ]
    book = load_workbook(io.BytesIO(write_xlsx(roster_table(rows))))
    assert {cell.data_type for line in book.worksheets[0].iter_rows() for cell in line if cell.value} == {"s"}
    assert ",'=1+1,'@SUM(A1)," in write_csv(roster_table(rows)).decode("utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_of_every_usual_encoding_are_read(encoding: str, delimiter: str) -> None:
    lines = [
        ["姓名", "界别", "手机"],
        ["方知远", "教育界", "19900001234"],
        ["", "", ""],
        ["程喆", "工商联", "19900001235"],
    ]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    assert [(row.row, row.name) for row in import_file("名单.csv", content).rows] == [
        (2, "方知远"),
        (4, "程喆"),
    ]


def xlsx(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_sheet_with_the_headings_is_read() -> None:
    content = xlsx([["填表说明"]], [["姓名", "界别", "手机"], ["方知远", "教育界", 19900001234]])
    assert import_file("a.xlsx", content).rows[0].name == "方知远"


def test_a_formula_that_was_never_calculated_is_reported_and_not_taken_for_empty() -> None:
    content = xlsx([["姓名", "界别", "手机", "职务"], ["方知远", "教育界", 19900001234, '="主"&"任"']])
    reading = import_file("a.xlsx", content)
    assert [(problem.column, problem.row) for problem in reading.problems] == [("职务", 2)]


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


BOOK = {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}
DOCTYPE = b'<!DOCTYPE x SYSTEM "x"><x/>'
"""Placed so that two reads of the part meet in the middle of the word."""
ENTITIES = b'<!ENTITY a "aaaa"> &a;'
REFUSED = [
    ("a.xlsx", b"", "空的"),
    ("a.xlsx", b"x" * 5_000_001, "5 MB"),
    ("a.xlsx", b"just text", "不是 Excel"),
    ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 .xls"),
    ("a.xlsx", b"PK\x03\x04 broken", "已损坏"),
    ("a.xlsx", zipped({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "不是 Excel"),
    ("a.xlsx", zipped(BOOK), "已损坏"),
    ("a.xlsx", zipped({**BOOK, "xl/worksheets/sheet1.xml": b"0" * 70_000_000}), "太大"),
    ("a.xlsx", zipped({**BOOK, **{f"xl/{n}": b"" for n in range(1_001)}}), "结构异常"),
    ("a.xlsx", zipped({**BOOK, "xl/sharedStrings.xml": b" " * 65_532 + DOCTYPE}), "结构异常"),
    ("a.xlsx", zipped({**BOOK, "xl/sharedStrings.xml": ENTITIES}), "结构异常"),
    ("a.xlsx", xlsx([[]]), "没有内容"),
    ("a.xlsx", xlsx([["姓名"]] * 6_001), "5000"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx"),
    ("a.exe", b"MZ", ".xlsx"),
    ("a", b"x", ".xlsx"),
    ("a.csv", xlsx([["姓名"]]), "不是文本"),
    ("a.csv", b"\x89PNG\r\n\x1a\n", "不是文本"),
    ("a.csv", b"%PDF-1.7", "不是文本"),
    ("a.csv", "姓名,界别\0".encode(), "不是文本"),
    ("a.csv", b"<html><table><tr><td>", "网页"),
    ("a.csv", b"\xff\xff\xff", "编码"),
    ("a.csv", b"\xff\xfe\x00", "编码"),
    ("a.csv", '姓名,界别,手机\n"方知远,教育界,1\n'.encode(), "引号"),
    ("a.csv", ("姓名\n" * 6_001).encode(), "5000"),
    ("a.csv", ("方" * 200_000).encode(), "引号|太长"),
]


@pytest.mark.parametrize(
    ("filename", "content", "says"),
    REFUSED,
    ids=lambda value: str(value)[:20] if isinstance(value, str) else "",
)
def test_a_file_that_is_not_what_it_says_is_refused_in_chinese(
    filename: str, content: bytes, says: str
) -> None:
    with pytest.raises(RosterRefused, match=says):
        read_roster_file(filename, content)


def why_refused(filename: str, content: bytes) -> str | None:
    try:
        import_file(filename, content)
    except RosterRefused as refusal:
        return refusal.reason
    return None


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["a.xlsx", "a.csv"]),
    st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: b"PK\x03\x04" + tail),
)
def test_any_bytes_that_are_no_roster_are_refused_in_chinese(filename: str, content: bytes) -> None:
    reason = why_refused(filename, content)
    assert reason is not None
    assert reason.endswith("。")


PLAIN_BOOK = xlsx([["姓名", "界别", "手机"], ["方知远", "教育界", 19900001234]])
damages = st.lists(st.tuples(st.integers(0, 9_999), st.integers(0, 255)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(damages)
def test_a_damaged_spreadsheet_is_read_or_refused_and_nothing_else(damage: list[tuple[int, int]]) -> None:
    content = bytearray(PLAIN_BOOK)
    for place, value in damage:
        content[place % len(content)] = value
    reason = why_refused("a.xlsx", bytes(content))
    assert reason is None or reason.endswith("。")
