"""A roster read row by row: good rows become members-to-be, bad ones are reported with what to do.

Always holds: every data row is either among the rows that go in or has at least one problem that says why not; what
was read can be exported and reads the same again; a phone number goes in once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from tongxin_contracts.words import Gender, MemberRank, Party, RosterRowOutcome, Sector, Word

from .roster_cells import (
    CellWrong,
    Fault,
    cell_text,
    read_birth,
    read_gender,
    read_name,
    read_party,
    read_phone,
    read_rank,
    read_sector,
    read_text,
)
from .roster_columns import Cell, Column, Grid, Header, RosterRefused, find_header

T = TypeVar("T")

ROWS_MAX: Final = 5_000
"""More than the largest committee has; a longer file is not one committee's roster."""
_SHOWN: Final = 20
"""So much of a wrong value is shown; the rest is only counted."""
_TEXT_MAX: Final[Mapping[Column, int]] = {
    Column.SPECIAL_COMMITTEE: 100,
    Column.LIAISON_GROUP: 50,
    Column.EMPLOYER: 100,
    Column.POST: 200,
}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """What a good row says of a member."""

    row: int
    """As the spreadsheet counts; the heading is usually row 1."""
    name: str
    phone: str
    """Eleven digits."""
    sector: Sector
    rank: MemberRank = MemberRank.MEMBER
    gender: Gender | None = None
    born: date | None = None
    special_committee: str | None = None
    liaison_group: str | None = None
    party: Party | None = None
    employer: str | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row."""

    row: int
    outcome: RosterRowOutcome
    """Whether the row was refused or went in with a warning."""
    fault: Fault
    column: str
    """The column's Chinese heading."""
    value: str | None
    """What stood there, shortened; None for an empty cell."""
    problem: str
    """What is wrong, in Chinese."""
    remedy: str
    """What to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class RosterReading:
    """A whole file read."""

    rows: tuple[RosterRow, ...]
    """Rows that go in."""
    problems: tuple[RowProblem, ...]
    """By row; several for one row when several cells are wrong."""
    refused: int
    """How many rows do not go in."""
    ignored_columns: tuple[str, ...]
    """Headings nobody knows."""
    columns: frozenset[Column]
    """Columns the file has; what it does not have it says nothing about."""


def read_roster(
    grid: Grid,
    *,
    today: date,
    sectors: Collection[Sector] = tuple(Sector),
    groups: Collection[str] | None = None,
) -> RosterReading:
    """Read a roster's cells; raises RosterRefused when it has no heading, no rows or too many.

    `sectors` are those the committee has; `groups` its liaison groups, an unknown one is only warned about (None: all
    are new and none is warned about).
    """
    header = find_header(grid)
    data = [(number, cells) for number, cells in grid if number > header.row and not _blank(cells)]
    if not data:
        raise RosterRefused("表头下面没有委员。请在表头下一行开始填写委员名单。")
    if len(data) > ROWS_MAX:
        raise RosterRefused(f"名单有 {len(data)} 行，一次最多导入 {ROWS_MAX} 行，请分几个文件导入。")
    rows: list[RosterRow] = []
    problems: list[RowProblem] = []
    phones: dict[str, RosterRow] = {}
    for number, cells in data:
        reader = _RowReader(number, cells, header)
        row = _read_row(reader, today, sectors)
        if row is not None and row.phone in phones:
            reader.refuse(Column.PHONE, _duplicate(row, phones[row.phone]))
        if row is not None and groups is not None and row.liaison_group not in {None, *groups}:
            reader.warn(Column.LIAISON_GROUP, _unknown_group(row))
        problems.extend(reader.problems)
        if row is not None and not reader.refused:
            rows.append(row)
            phones[row.phone] = row
    refused = len(data) - len(rows)
    return RosterReading(tuple(rows), tuple(problems), refused, header.ignored, frozenset(header.places))


def roster_table(rows: Iterable[RosterRow]) -> list[list[str]]:
    """The roster as text, heading first, so that importing it gives the same rows."""
    return [
        [column.label for column in Column],
        *([_written(row, column) for column in Column] for row in rows),
    ]


class _RowReader:
    """Reads the cells of one row and keeps what is wrong with them."""

    def __init__(self, number: int, cells: Sequence[Cell], header: Header) -> None:
        self.number = number
        self.problems: list[RowProblem] = []
        self.refused = False
        self._cells = cells
        self._places = header.places

    def cell(self, column: Column) -> Cell:
        """What stands in the column; None where the row is too short or the column is not there."""
        place = self._places.get(column)
        return self._cells[place] if place is not None and place < len(self._cells) else None

    def read(self, column: Column, reader: Callable[[Cell], T]) -> T | None:
        """The value, or None with the row refused."""
        try:
            return reader(self.cell(column))
        except CellWrong as wrong:
            self.refuse(column, wrong)
            return None

    def refuse(self, column: Column, wrong: CellWrong) -> None:
        """The row does not go in."""
        self.refused = True
        self._note(column, wrong, RosterRowOutcome.REFUSED)

    def warn(self, column: Column, wrong: CellWrong) -> None:
        """The row goes in, but somebody should look at it."""
        self._note(column, wrong, RosterRowOutcome.WARNED)

    def _note(self, column: Column, wrong: CellWrong, outcome: RosterRowOutcome) -> None:
        value = shortened(self.cell(column))
        self.problems.append(
            RowProblem(self.number, outcome, wrong.fault, column.label, value, wrong.problem, wrong.remedy)
        )


def _read_row(reader: _RowReader, today: date, sectors: Collection[Sector]) -> RosterRow | None:
    def text(column: Column) -> str | None:
        return reader.read(column, lambda cell: read_text(cell, column.label, _TEXT_MAX[column]))

    name = reader.read(Column.NAME, read_name)
    gender = reader.read(Column.GENDER, read_gender)
    born = reader.read(Column.BORN, lambda cell: read_birth(cell, today))
    sector = reader.read(Column.SECTOR, lambda cell: read_sector(cell, sectors))
    rank = reader.read(Column.RANK, read_rank)
    special_committee, liaison_group = text(Column.SPECIAL_COMMITTEE), text(Column.LIAISON_GROUP)
    party = reader.read(Column.PARTY, read_party)
    employer, post = text(Column.EMPLOYER), text(Column.POST)
    phone = reader.read(Column.PHONE, read_phone)
    if reader.refused or name is None or sector is None or rank is None or phone is None:
        return None
    return RosterRow(
        row=reader.number,
        name=name,
        phone=phone,
        sector=sector,
        rank=rank,
        gender=gender,
        born=born,
        special_committee=special_committee,
        liaison_group=liaison_group,
        party=party,
        employer=employer,
        post=post,
    )


def shortened(cell: Cell) -> str | None:
    """A cell as a report shows it: one line of at most 20 characters and how long it really is."""
    if cell is None or cell == "":
        return None
    try:
        text = " ".join(cell_text(cell).split())
    except CellWrong:
        text = str(cell)
    printable = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}…（共 {len(printable)} 字）"


def _duplicate(row: RosterRow, first: RosterRow) -> CellWrong:
    if row.name == first.name:
        problem = f"与第 {first.row} 行是同一人（姓名和手机号码都相同）。"
        return CellWrong(Fault.DUPLICATE_PERSON, problem, "请删去其中一行。")
    problem = f"手机号码与第 {first.row} 行的“{first.name}”相同。"
    return CellWrong(Fault.DUPLICATE_PHONE, problem, "请核对这两行各是谁的号码，改正后重新导入。")


def _unknown_group(row: RosterRow) -> CellWrong:
    problem = f"没有“{row.liaison_group}”这个联络组。"
    return CellWrong(
        Fault.UNKNOWN_GROUP, problem, "这一行已导入；如是写错，请改正后重新导入，如是新建的联络组，不必处理。"
    )


def _blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _written(row: RosterRow, column: Column) -> str:
    value: object = getattr(row, column.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Word):
        return value.label
    return value if isinstance(value, str) else ""
