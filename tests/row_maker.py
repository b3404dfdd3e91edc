"""Makes a row for any table from what the database's catalogue says of its columns, for tests that walk over all tables."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from chassis.ids import new_id

_VALUES: Final[dict[str, Any]] = {
    "uuid": new_id,
    "text": lambda: f"x{new_id()}",
    "integer": lambda: 1,
    "bigint": lambda: 1,
    "numeric": lambda: 1,
    "boolean": lambda: True,
    "bytea": lambda: b"x",
    "date": lambda: date(2026, 1, 10),
    "timestamp with time zone": lambda: datetime(2026, 1, 10, tzinfo=UTC),
    "time without time zone": lambda: time(9, 30),
    "jsonb": lambda: "{}",
    "text[]": lambda: ["x"],
    "uuid[]": lambda: [new_id()],
}
"""A value of each type; a type that is not here fails loudly and asks for one."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that has to be given."""

    name: str
    type: str
    parent: str | None
    """The table its value must be a key of."""


def value_of(column: Column) -> Any:
    """Some value of the column's type."""
    return _VALUES[column.type]()


_COLUMNS: Final = """
select a.attname as name, format_type(a.atttypid, null) as type, parent.relname as parent
from pg_attribute a
left join pg_constraint f on f.conrelid = a.attrelid and f.contype = 'f' and f.conkey = array[a.attnum]
left join pg_class parent on parent.oid = f.confrelid
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attidentity = ''
    and (f.confrelid is distinct from a.attrelid or a.attnotnull)
order by a.attnum
"""


async def columns_of(connection: Any, table: str) -> list[Column]:
    """Every column of a table but those the database numbers itself, and those that may name a row of the same table."""
    rows = await connection.fetch(_COLUMNS, f"public.{table}")
    return [Column(row["name"], row["type"], row["parent"]) for row in rows]


async def insert_row(
    connection: Any, table: str, columns: list[Column], committee: str, parents: dict[str, Any]
) -> dict[str, Any]:
    """Insert one row of this committee with every column filled; what was inserted."""
    row = {column.name: parents.get(column.name) or _VALUES[column.type]() for column in columns}
    # Whatever ends does so after it began.
    for place, column in enumerate(column for column in columns if column.type == "date"):
        row[column.name] += timedelta(days=place)
    row["committee"] = committee
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f"${n + 1}" for n in range(len(row)))
    await connection.execute(f"insert into {table} ({names}) values ({places})", *row.values())
    return row


async def own_parents(connection: Any, columns: list[Column], committee: str) -> dict[str, Any]:
    """The rows of the same committee that a row with these columns hangs on, made first; column -> key."""
    made: dict[str, Any] = {}
    for column in columns:
        if column.parent is not None:
            its_columns = await columns_of(connection, column.parent)
            parents = await own_parents(connection, its_columns, committee)
            made[column.name] = (
                await insert_row(connection, column.parent, its_columns, committee, parents)
            )["id"]
    return made
