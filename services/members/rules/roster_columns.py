"""The columns of a roster and the many headings offices give them.

Always holds: a heading is recognised by its words alone, whatever spaces, stars and brackets stand around them; the
first heading of a column's list is the one an export writes, so an export is always recognised.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import unique
from typing import Final

from tongxin_contracts.refusals import FieldError, FieldsRefused
from tongxin_contracts.words import Word

Cell = str | int | float | bool | datetime | date | time | None
"""What a spreadsheet or a text file can hold in one place."""
Grid = Sequence[tuple[int, Sequence[Cell]]]
"""Row number as the spreadsheet counts, and its cells."""

_HEADER_ROWS: Final = 10
"""A title and a note may stand above the headings; more than that is no roster."""


@unique
class Column(Word):
    """What a roster says of a member; the label is the heading an export writes."""

    NAME = "name", "姓名"
    GENDER = "gender", "性别"
    BORN = "born", "出生日期"
    SECTOR = "sector", "界别"
    RANK = "rank", "政协职务"
    SPECIAL_COMMITTEE = "special_committee", "专委会"
    LIAISON_GROUP = "liaison_group", "联络组"
    PARTY = "party", "党派"
    EMPLOYER = "employer", "工作单位"
    POST = "post", "职务"
    PHONE = "phone", "手机号码"


REQUIRED: Final = (Column.NAME, Column.SECTOR, Column.PHONE)
"""Without these columns nothing can be imported."""

_OTHER_HEADINGS: Final[Mapping[Column, tuple[str, ...]]] = {
    Column.NAME: ("委员姓名", "名字"),
    Column.GENDER: (),
    Column.BORN: ("出生年月", "出生年月日", "生日"),
    Column.SECTOR: ("所属界别", "界别名称", "所在界别"),
    Column.RANK: ("委员职务", "政协内职务", "委员类别"),
    Column.SPECIAL_COMMITTEE: ("专门委员会", "所属专委会", "所在专委会"),
    Column.LIAISON_GROUP: ("所属联络组", "政协联络组", "委员联络组", "活动组", "委员活动组", "乡镇联络组"),
    Column.PARTY: ("政治面貌", "党派名称", "所属党派"),
    Column.EMPLOYER: ("单位", "所在单位", "工作单位及职务", "单位及职务"),
    Column.POST: ("现任职务", "行政职务", "单位职务", "职务职称"),
    Column.PHONE: ("手机", "手机号", "联系电话", "电话", "移动电话", "联系方式", "联系手机"),
}
_HEADINGS: Final[Mapping[Column, tuple[str, ...]]] = {
    column: (column.label, *_OTHER_HEADINGS[column]) for column in Column
}


class RosterRefused(FieldsRefused):
    """The file as a whole is no roster."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, (FieldError("file", reason),))


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column stands."""

    row: int
    """The spreadsheet's number of the row with the headings."""
    places: Mapping[Column, int]
    """Column -> index of its cell."""
    ignored: tuple[str, ...]
    """Headings nobody knows; their cells are not read."""


def find_header(grid: Grid) -> Header:
    """The row with the headings, within the first rows; raises RosterRefused that names what is missing."""
    found = [_read_header(number, cells) for number, cells in grid[:_HEADER_ROWS]]
    best = max(found, key=lambda header: len(header.places), default=None)
    if best is None or not best.places:
        wanted = "、".join(column.label for column in REQUIRED)
        raise RosterRefused(f"前 {_HEADER_ROWS} 行里没有找到表头。请保留一行表头，至少有：{wanted}。")
    missing = [column.label for column in REQUIRED if column not in best.places]
    if missing:
        raise RosterRefused(f"第 {best.row} 行表头缺少：{'、'.join(missing)}。请补上这些列后重新导入。")
    return best


def _read_header(number: int, cells: Sequence[Cell]) -> Header:
    headings = {_words(cell): index for index, cell in reversed(list(enumerate(cells))) if _words(cell)}
    places: dict[Column, int] = {}
    for column, names in _HEADINGS.items():
        place = next((headings.pop(name) for name in names if name in headings), None)
        if place is not None:
            places[column] = place
    ignored = tuple(name[:20] for name in headings if name != "序号")
    return Header(number, places, tuple(reversed(ignored)))


def _words(cell: Cell) -> str:
    """A heading without spaces, stars, colons and what stands in brackets."""
    text = unicodedata.normalize("NFKC", str(cell)) if isinstance(cell, str) else ""
    return re.sub(r"\([^)]*\)|[\s*:]", "", text)
