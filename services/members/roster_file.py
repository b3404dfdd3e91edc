"""Rosters as files: .xlsx and .csv read into plain cells, and written so that they can be read again.

Always holds: nothing in a file is executed or trusted: sizes are counted while unpacking, formulas are read by their
results, and a file that is not what its name says is refused in Chinese. What is written opens in a spreadsheet
without becoming a formula and reads back unchanged.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Final, Literal

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from .rules.roster_columns import Cell, RosterRefused, find_header

SIZE_MAX: Final = 5_000_000
"""Bytes of an uploaded roster."""
ROWS_MAX: Final = 6_000
"""Rows with something in them, headings and notes included; the rules allow 5,000 members."""
_UNPACKED_MAX: Final = 60_000_000
_PARTS_MAX: Final = 1_000
_COLUMNS_MAX: Final = 60
_SHEET_ROWS: Final = 1_048_576
_CHUNK: Final = 1 << 16
_FORMULA_WITHOUT_RESULT: Final = "#VALUE!"
_RISKY_STARTS: Final = "=+-@\t\r＝＋－＠"
_DELIMITERS: Final = ",\t;"

_KINDS: Final = (
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gz"),
)


def read_roster_file(filename: str, content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    """The cells of a roster with their row numbers; raises RosterRefused for anything that is no such file."""
    if not content:
        raise RosterRefused("文件是空的，请选择填好的名单文件。")
    if len(content) > SIZE_MAX:
        raise RosterRefused(f"文件超过 {SIZE_MAX // 1_000_000} MB，请去掉图片等内容，或分几个文件导入。")
    kind = next((name for start, name in _KINDS if content.startswith(start)), "text")
    suffix = PurePath(filename.replace("\\", "/")).suffix.lower()
    if suffix == ".xlsx":
        if kind == "xls":
            raise RosterRefused("文件其实是旧版 .xls 或加了密码的表格，请另存为不加密的 .xlsx 后再导入。")
        if kind != "zip":
            raise RosterRefused("文件名是 .xlsx，内容却不是 Excel 表格，请用表格软件另存为 .xlsx 后再导入。")
        return _read_xlsx(content)
    if suffix == ".csv":
        if kind != "text" or _has_nul(content):
            raise RosterRefused(
                "文件名是 .csv，内容却不是文本名单，请用表格软件另存为 .csv 或 .xlsx 后再导入。"
            )
        return _read_csv(_decoded(content))
    raise RosterRefused("只能导入 .xlsx 或 .csv 文件，请用表格软件另存后再导入。")


def write_xlsx(table: Iterable[Sequence[str]]) -> bytes:
    """The table as a spreadsheet whose every cell is text: leading zeros stay, `=1+1` stays as it is."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "委员名册"
    for row_number, row in enumerate(table, 1):
        for column_number, value in enumerate(row, 1):
            if not value:
                continue
            cell = sheet.cell(row_number, column_number, value)
            cell.data_type = "s"
            cell.number_format = "@"
            if row_number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(
    table: Iterable[Sequence[str]], encoding: Literal["utf-8-sig", "gb18030"] = "utf-8-sig"
) -> bytes:
    """The table as text; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in table:
        writer.writerow([_harmless(value) for value in row])
    return out.getvalue().encode(encoding)


def _harmless(value: str) -> str:
    return f"'{value}" if value[:1] and value[0] in _RISKY_STARTS + "'" else value


def _as_meant(value: str) -> str:
    """Take back the apostrophe that `_harmless` put in front."""
    marked = len(value) > 1 and value[0] == "'" and value[1] in _RISKY_STARTS + "'"
    return value[1:] if marked else value


def _has_nul(content: bytes) -> bool:
    """Text has no NUL bytes, except in UTF-16, which says so at its start."""
    return b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _decoded(content: bytes) -> str:
    """The text of a .csv in one of the encodings that Chinese offices use."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RosterRefused("认不出文件的文字编码，请用表格软件另存为“CSV UTF-8”或 .xlsx 后再导入。")


def _read_csv(text: str) -> list[tuple[int, Sequence[Cell]]]:
    head = text[:5_000]
    if head.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise RosterRefused("文件其实是网页，不是名单，请用表格软件打开后另存为 .xlsx 再导入。")
    delimiter = max(_DELIMITERS, key=head.count)
    rows: list[tuple[int, Sequence[Cell]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                rows.append((number, [_as_meant(cell) for cell in cells[:_COLUMNS_MAX]]))
            if len(rows) > ROWS_MAX:
                raise _too_many_rows()
    except csv.Error:
        raise RosterRefused(f"第 {number + 1} 行附近的引号不配对，请用表格软件重新另存后再导入。") from None
    return rows


def _read_xlsx(content: bytes) -> list[tuple[int, Sequence[Cell]]]:
    formulas = _inspect(content)
    try:
        sheets = _sheets(content, results=True)
        if formulas:
            sheets = [
                _with_formulas_marked(*pair)
                for pair in zip(sheets, _sheets(content, results=False), strict=True)
            ]
    except RosterRefused:
        raise
    except Exception as error:
        # openpyxl fails in many ways on broken parts; nothing was kept of it and the file is refused.
        raise RosterRefused("表格文件已损坏，打不开，请用表格软件重新另存后再导入。") from error
    filled = [rows for rows in sheets if rows]
    if not filled:
        raise RosterRefused("表格里没有内容，请选择填好的名单文件。")
    return next((rows for rows in filled if _has_header(rows)), filled[0])


def _sheets(content: bytes, *, results: bool) -> list[list[tuple[int, Sequence[Cell]]]]:
    """The cells of every visible sheet, formulas as their results or as they are written."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=results, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in visible:
            sheet.reset_dimensions()
        return [_rows(sheet) for sheet in visible]
    finally:
        book.close()


def _rows(sheet: Worksheet) -> list[tuple[int, Sequence[Cell]]]:
    """Rows with something in them; the size a sheet claims to have is not believed."""
    rows: list[tuple[int, Sequence[Cell]]] = []
    for number, cells in enumerate(sheet.iter_rows(min_row=1, max_col=_COLUMNS_MAX, values_only=True), 1):
        if any(cell is not None and cell != "" for cell in cells):
            rows.append((number, [_cell(cell) for cell in cells]))
        if len(rows) > ROWS_MAX or number > _SHEET_ROWS:
            raise _too_many_rows()
    return rows


def _cell(value: object) -> Cell:
    if isinstance(value, Cell):
        return value
    return str(value) if isinstance(value, timedelta) else "="


def _with_formulas_marked(
    results: list[tuple[int, Sequence[Cell]]], written: list[tuple[int, Sequence[Cell]]]
) -> list[tuple[int, Sequence[Cell]]]:
    """Formulas that were never calculated become an error value, so that they are reported and not taken for empty."""
    known = dict(results)
    blank: Sequence[Cell] = [None] * _COLUMNS_MAX
    return [
        (number, [_result(*pair) for pair in zip(known.get(number, blank), cells, strict=False)])
        for number, cells in written
    ]


def _result(result: Cell, written: Cell) -> Cell:
    uncalculated = result is None and isinstance(written, str) and written.startswith("=")
    return _FORMULA_WITHOUT_RESULT if uncalculated else result


def _inspect(content: bytes) -> bool:
    """Refuse archives that unpack to too much or bring entities; say whether a sheet has formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpack(archive)
    except RosterRefused:
        raise
    except Exception as error:
        # A broken archive fails in many ways (zip, zlib, struct …); nothing was kept of it and the file is refused.
        raise RosterRefused("表格文件已损坏或加了密码，请用表格软件重新另存后再导入。") from error


def _unpack(archive: zipfile.ZipFile) -> bool:
    """Really unpack and count every part, whatever sizes the archive claims; say whether a sheet has formulas."""
    names = archive.namelist()
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise RosterRefused("文件名是 .xlsx，内容却不是 Excel 表格，请用表格软件另存为 .xlsx 后再导入。")
    if len(names) > _PARTS_MAX:
        raise _strange_inside()
    formulas, left = False, _UNPACKED_MAX
    for name in names:
        tail = b""
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise RosterRefused("表格展开后太大，请新建一个表格，只把名单复制进去后再导入。")
                seen = tail + chunk
                if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in seen or b"<!ENTITY" in seen):
                    raise _strange_inside()
                formulas = formulas or (name.startswith("xl/worksheets/") and b"<f" in seen)
                tail = seen[-16:]
    return formulas


def _has_header(rows: Sequence[tuple[int, Sequence[Cell]]]) -> bool:
    try:
        find_header(rows)
    except RosterRefused:
        return False
    return True


def _too_many_rows() -> RosterRefused:
    return RosterRefused(f"名单超过 {ROWS_MAX} 行，一次最多导入 5000 名委员，请分几个文件导入。")


def _strange_inside() -> RosterRefused:
    return RosterRefused("表格文件的内部结构异常，请新建一个表格，把名单复制进去后再导入。")
