"""Aggregates' rows in plain SQL, made once for each table: what every command does is not put together each time.

SQLAlchemy's Core costs as much again as the statement itself (docs/performance.md); services use it for all they write
themselves, the chassis reads and writes aggregates here. Always holds: values go in and come out as Core has them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Table
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from chassis.database import Transaction
from chassis.together import Write


class Rows:
    """One table's statements."""

    def __init__(self, table: Table) -> None:
        self._name = table.name
        self._json = frozenset(column.name for column in table.columns if isinstance(column.type, JSON))
        self._defaults = {
            column.name: column.default.arg
            for column in table.columns
            if isinstance(column.default, ScalarElementColumnDefault)
        }
        self._lock = f"select * from {self._name} where id = any($1) order by id for update"  # noqa: S608  (a table's name)
        self._lock_one = f"select * from {self._name} where id = $1 for update"  # noqa: S608  (a table's name)

    async def lock(self, tx: Transaction, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """Lock and read rows in the order of their ids."""
        if len(ids) == 1:  # the plan of this one is kept; the other is planned each time
            return [dict(row) for row in await tx.raw.fetch(self._lock_one, ids[0])]
        return [dict(row) for row in await tx.raw.fetch(self._lock, list(ids))]

    async def insert(self, tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> list[Write]:
        """Insert rows; columns that a row does not name get their default. Single ones are given back, to be sent with others."""
        by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            full = {**self._defaults, **row}
            by_columns.setdefault(tuple(full), []).append([self._in(name, full[name]) for name in full])
        return [
            write
            for columns, values in by_columns.items()
            for write in await _unless_single(tx, _insertion(self._name, columns), values)
        ]

    def insertion(self, row: Mapping[str, Any]) -> Write:
        """What inserts one row, and fails where it is there already."""
        full = {**self._defaults, **row}
        return Write(_insertion(self._name, tuple(full)), [self._in(name, full[name]) for name in full])

    async def update(
        self, tx: Transaction, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
    ) -> list[Write]:
        """Set these columns of each row, found by its id. A single one is given back, to be sent with others."""
        values = [[row["id"], *(self._in(name, row[name]) for name in columns)] for row in rows]
        return await _unless_single(tx, _change(self._name, columns), values)

    def _in(self, name: str, value: Any) -> Any:
        # The driver's codec, set by SQLAlchemy, reads JSON into values and takes text to write.
        return json.dumps(value) if name in self._json else value


@cache
def rows_of(table: Table) -> Rows:
    """The statements of a table, the same object every time."""
    return Rows(table)


async def _unless_single(tx: Transaction, statement: str, values: Sequence[Sequence[Any]]) -> list[Write]:
    if len(values) == 1:
        return [Write(statement, values[0])]
    await tx.raw.executemany(statement, values)
    return []


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    return f"insert into {table} ({_listed(columns)}) values ({places})"  # noqa: S608  (names of tables.py)


@cache
def _change(table: str, columns: tuple[str, ...]) -> str:
    sets = ", ".join(f'"{column}" = ${place}' for place, column in enumerate(columns, 2))
    return f"update {table} set {sets} where id = $1"  # noqa: S608  (names of tables.py)


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
