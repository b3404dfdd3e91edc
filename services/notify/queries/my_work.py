"""One's own work and what waits for one's roles: the first page everybody sees."""

from sqlalchemy import and_, func, or_, select

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
    todos = await work.tx.sql.execute(
        select(tables.todo)
        .where(
            columns.closed_at.is_(None),
            columns.committee == query.committee,
            or_(
                columns.person == person,
                and_(columns.person.is_(None), columns.role.in_([role.value for role in work.actor.roles])),
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
                due_at=row.due_at,
                opened_at=row.opened_at,
                for_role=row.role,
            )
            for row in todos
        ],
        notices=[read_notice(row) for row in newest],
        unread=unread or 0,
    )
