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

    async def lock(self, tx: Transaction, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """Lock and read rows in the order of their ids."""
        return [dict(row) for row in await tx.raw.fetch(self._lock, list(ids))]

    async def insert(self, tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows; columns that a row does not name get their default."""
        by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            full = {**self._defaults, **row}
            by_columns.setdefault(tuple(full), []).append([self._in(name, full[name]) for name in full])
        for columns, values in by_columns.items():
            await _execute(tx, _insertion(self._name, columns), values)

    async def update(
        self, tx: Transaction, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Set these columns of each row, found by its id."""
        values = [[row["id"], *(self._in(name, row[name]) for name in columns)] for row in rows]
        await _execute(tx, _change(self._name, columns), values)

    def _in(self, name: str, value: Any) -> Any:
        # The driver's codec, set by SQLAlchemy, reads JSON into values and takes text to write.
        return json.dumps(value) if name in self._json else value


@cache
def rows_of(table: Table) -> Rows:
    """The statements of a table, the same object every time."""
    return Rows(table)


async def _execute(tx: Transaction, statement: str, values: Sequence[Sequence[Any]]) -> None:
    if len(values) == 1:
        await tx.raw.execute(statement, *values[0])
    else:
        await tx.raw.executemany(statement, values)


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
