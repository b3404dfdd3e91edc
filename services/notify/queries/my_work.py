"""One's own work and what waits for one's roles: the first page everybody sees.

Always holds: work of a handling unit is shown only to whoever has the matching duty in that very unit; the role in the
committee alone is not enough.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.notify import tables
from services.notify.queries.notices import read_notice
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, Todo, WorkCount

_NEWEST: Final = 5
_FAR: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
"""Where work without a deadline stands."""


async def my_work(query: MyWork, work: Work) -> MyWorkAnswer:
    """What is due first on top, then the newest notices."""
    rows = await _todos(query, work)
    shown = rows[: query.limit]
    mine = (tables.notice.c.person == work.actor.person, tables.notice.c.committee == query.committee)
    newest = await work.tx.sql.execute(
        select(tables.notice).where(*mine).order_by(tables.notice.c.at.desc()).limit(_NEWEST)
    )
    unread = await work.tx.sql.scalar(
        select(func.count()).select_from(tables.notice).where(*mine, tables.notice.c.read_at.is_(None))
    )
    return MyWorkAnswer(
        todos=[_read(row) for row in shown],
        notices=[read_notice(row) for row in newest],
        unread=unread or 0,
        counts=await _counts(query, work),
        next=_place(shown[-1]) if len(rows) > query.limit else None,
    )


async def _todos(query: MyWork, work: Work) -> Sequence[Row[Any]]:
    columns = tables.todo.c
    place = tuple_(func.coalesce(columns.due_at, _FAR), columns.opened_at, columns.task_id)
    statement = select(tables.todo).where(_waits_for(query, work))
    if query.kind is not None:
        statement = statement.where(columns.kind == query.kind.value)
    if query.after is not None:
        due, opened, task = read_cursor(query.after, datetime.fromisoformat, datetime.fromisoformat, UUID)
        statement = statement.where(place > tuple_(due, opened, task))
    return (await work.tx.sql.execute(statement.order_by(place).limit(query.limit + 1))).all()


async def _counts(query: MyWork, work: Work) -> list[WorkCount]:
    columns = tables.todo.c
    overdue = func.count().filter(columns.due_at < work.now)
    found = await work.tx.sql.execute(
        select(columns.kind, func.count().label("open"), overdue.label("overdue"))
        .where(_waits_for(query, work))
        .group_by(columns.kind)
        .order_by(overdue.desc(), func.min(func.coalesce(columns.due_at, _FAR)), columns.kind)
    )
    return [WorkCount(kind=row.kind, open=row.open, overdue=row.overdue) for row in found]


def _waits_for(query: MyWork, work: Work) -> ColumnElement[bool]:
    """Whether it is this person's own, or waits for a role they hold here."""
    columns = tables.todo.c
    roles = [role.value for role in work.actor.roles]
    return and_(
        columns.closed_at.is_(None),
        columns.committee == query.committee,
        or_(
            columns.person == work.actor.person,
            and_(
                columns.person.is_(None),
                columns.role.in_(roles),
                or_(columns.unit.is_(None), _in_unit(work.actor.person)),
            ),
        ),
    )


def _place(row: Row[Any]) -> str:
    return write_cursor((row.due_at or _FAR).isoformat(), row.opened_at.isoformat(), str(row.task_id))


def _read(row: Row[Any]) -> Todo:
    return Todo(
        task_id=row.task_id,
        kind=row.kind,
        title=row.title,
        matter=row.matter,
        about=row.about,
        unit=row.unit,
        due_at=row.due_at,
        opened_at=row.opened_at,
        for_role=row.role,
    )


def _in_unit(person: UUID) -> ColumnElement[bool]:
    """Whether the person has the duty the work waits for in its unit: role `unit_signer` is duty `signer`."""
    post, todo = tables.unit_post.c, tables.todo.c
    return exists().where(
        post.unit_id == todo.unit, post.person_id == person, func.concat("unit_", post.duty) == todo.role
    )
