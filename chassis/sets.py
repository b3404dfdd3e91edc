"""Rows in any number into a table with one statement whose text never changes: what `Work.insert_later` writes with.

Core's `insert().values(rows)` is compiled anew for each number of rows and sends every value as a parameter of its own,
which costs more than everything else a batch of events takes (docs/performance.md). Here the rows are one parameter.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Table

from chassis.together import Write

Row = Mapping[str, Any]
"""Column -> value; ids, texts, numbers, instants, lists of them and JSON."""


def insertion(table: Table, rows: Sequence[Row], *, key: str = "", replacing: Sequence[str] = ()) -> Write:
    """What inserts rows, which all name the same columns; one that is there stays.

    With `key` and `replacing`, one that is there takes these columns of the new row; a key may come once only.
    """
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
