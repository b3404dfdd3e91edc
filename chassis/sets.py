"""Rows in any number into a table with one statement whose text never changes: what reactions on sets write with.

Core's `insert().values(rows)` is compiled anew for each number of rows and sends every value as a parameter of its own,
which costs more than everything else a batch of events takes (docs/performance.md). Here the rows are one parameter.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Table

from chassis.database import Transaction
from chassis.together import Write, write_together

Row = Mapping[str, Any]
"""Column -> value; ids, texts, numbers, instants, lists of them and JSON."""


async def insert_rows(
    tx: Transaction, table: Table, rows: Sequence[Row], *, key: str = "", replacing: Sequence[str] = ()
) -> None:
    """Insert rows, which all name the same columns; one that is there stays.

    With `key` and `replacing`, one that is there takes these columns of the new row; a key may come once only.
    """
    if rows:
        await write_together(tx, [insertion(table, rows, key=key, replacing=replacing)])


def insertion(table: Table, rows: Sequence[Row], *, key: str = "", replacing: Sequence[str] = ()) -> Write:
    """The same as a write that may go together with others."""
    statement = _insert(table.name, tuple(rows[0]), key, tuple(replacing))
    return Write(statement, [to_json(rows).decode()])


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], key: str, replacing: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    again = ", ".join(f'"{column}" = excluded."{column}"' for column in replacing)
    conflict = f'("{key}") do update set {again}' if replacing else "do nothing"
    return (
        f"insert into {table} ({names}) select {names} from json_populate_recordset(null::{table}, $1::json) "  # noqa: S608  (names of our own columns)
        f"on conflict {conflict}"
    )
