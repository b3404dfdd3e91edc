"""One's own work and what waits for one's roles: the first page everybody sees.

Always holds: work of a handling unit is shown only to whoever has the matching duty in that very unit; the role in the
committee alone is not enough.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from chassis.work import Work
from services.notify import tables
from services.notify.queries.notices import read_notice
from tongxin_contracts.message import PAGE_SIZE
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, Todo

_NEWEST = 5


async def my_work(query: MyWork, work: Work) -> MyWorkAnswer:
    """What is due first on top, then the newest notices."""
    person = work.actor.person
    columns = tables.todo.c
    roles = [role.value for role in work.actor.roles]
    todos = await work.tx.sql.execute(
        select(tables.todo)
        .where(
            columns.closed_at.is_(None),
            columns.committee == query.committee,
            or_(
                columns.person == person,
                and_(
                    columns.person.is_(None),
                    columns.role.in_(roles),
                    or_(columns.unit.is_(None), _in_unit(person)),
                ),
            ),
        )
        .order_by(columns.due_at.nulls_last(), columns.opened_at)
        .limit(PAGE_SIZE)
    )
    mine = (tables.notice.c.person == person, tables.notice.c.committee == query.committee)
    newest = await work.tx.sql.execute(
        select(tables.notice).where(*mine).order_by(tables.notice.c.at.desc()).limit(_NEWEST)
    )
    unread = await work.tx.sql.scalar(
        select(func.count()).select_from(tables.notice).where(*mine, tables.notice.c.read_at.is_(None))
    )
    return MyWorkAnswer(
        todos=[
            Todo(
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
            for row in todos
        ],
        notices=[read_notice(row) for row in newest],
        unread=unread or 0,
    )


def _in_unit(person: UUID) -> ColumnElement[bool]:
    """Whether the person has the duty the work waits for in its unit: role `unit_signer` is duty `signer`."""
    post, todo = tables.unit_post.c, tables.todo.c
    return exists().where(
        post.unit_id == todo.unit, post.person_id == person, func.concat("unit_", post.duty) == todo.role
    )
