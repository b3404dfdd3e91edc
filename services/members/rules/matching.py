"""A roster's good rows against the members a committee already has: who is new, who changed, who must be asked about.

Always holds: a phone and a name together are one member; a phone alone never is; what a file has no column for stays as
it is. Nobody is ever removed by a roster.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from tongxin_contracts.words import MemberStanding, RosterRowOutcome

from .roster import RosterRow, RowProblem
from .roster_cells import Fault
from .roster_columns import Column


@dataclass(frozen=True, slots=True)
class Known:
    """A member the committee has, as a row of a roster would say it."""

    member_id: UUID
    person_id: UUID
    standing: MemberStanding
    row: RosterRow


@dataclass(frozen=True, slots=True)
class Matching:
    """What becomes of the rows."""

    new: tuple[RosterRow, ...]
    changed: tuple[tuple[Known, RosterRow], ...]
    """The member and what the roster says of them now."""
    unchanged: int
    refused: int
    problems: tuple[RowProblem, ...]


def match(rows: Iterable[RosterRow], known: Collection[Known], columns: frozenset[Column]) -> Matching:
    """Sort rows by what they mean for the members there are; `columns` are those the file has."""
    by_phone = {one.row.phone: one for one in known}
    by_name: dict[str, list[Known]] = defaultdict(list)
    for one in known:
        by_name[one.row.name].append(one)
    new: list[RosterRow] = []
    changed: list[tuple[Known, RosterRow]] = []
    problems: list[RowProblem] = []
    unchanged = refused = 0
    for row in rows:
        found = by_phone.get(row.phone)
        if found is None:
            new.append(row)
            problems += [_namesake(row)] if row.name in by_name else []
        elif (fault := _contradiction(row, found)) is not None:
            problems.append(fault)
            refused += 1
        elif (wanted := _completed(row, found.row, columns)) == found.row:
            unchanged += 1
        else:
            changed.append((found, wanted))
    return Matching(tuple(new), tuple(changed), unchanged, refused, tuple(problems))


def _completed(row: RosterRow, known: RosterRow, columns: frozenset[Column]) -> RosterRow:
    """The row with what the file says nothing about taken from what is known."""
    missing = {column.value: getattr(known, column.value) for column in Column if column not in columns}
    return replace(row, row=known.row, **missing)


def _contradiction(row: RosterRow, found: Known) -> RowProblem | None:
    if row.name != found.row.name:
        return _problem(
            row,
            Fault.DUPLICATE_PHONE,
            Column.PHONE,
            f"这个手机号码已登记为“{found.row.name}”的号码，与这一行的“{row.name}”不是同一姓名。",
            "请核对号码是谁的：号码写错请改正；姓名写错请改成与登记一致后重新导入。",
        )
    if found.standing is not MemberStanding.SERVING:
        return _problem(
            row,
            Fault.NOT_SERVING,
            Column.NAME,
            f"“{row.name}”已不在任（{found.standing.label}），名册不能使其恢复。",
            "请从名单中删去这一行；确需恢复的，请先办理增补手续。",
        )
    return None


def _namesake(row: RosterRow) -> RowProblem:
    return RowProblem(
        row.row,
        RosterRowOutcome.WARNED,
        Fault.DUPLICATE_PERSON,
        Column.NAME.label,
        row.name,
        f"已有一名委员也叫“{row.name}”，手机号码不同，这一行按新委员导入。",
        "请核对是否同名；如是同一人换了号码，请联系系统管理员合并。",
    )


def _problem(row: RosterRow, fault: Fault, column: Column, problem: str, remedy: str) -> RowProblem:
    value: str = getattr(row, column.value)
    return RowProblem(row.row, RosterRowOutcome.REFUSED, fault, column.label, value, problem, remedy)
