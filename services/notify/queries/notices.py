"""One's own notices, a page at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.queries import Notice, NoticePage, Notices


async def notices(query: Notices, work: Work) -> NoticePage:
    """The newest first."""
    columns = tables.notice.c
    mine = (columns.person == work.actor.person, columns.committee == query.committee)
    statement = (
        select(tables.notice)
        .where(*mine)
        .order_by(columns.at.desc(), columns.id.desc())
        .limit(query.limit + 1)
    )
    if query.kind is not None:
        statement = statement.where(columns.kind == query.kind.value)
    if query.unread_only:
        statement = statement.where(columns.read_at.is_(None))
    if query.after:
        at, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        statement = statement.where(tuple_(columns.at, columns.id) < (at, id_))
    rows = (await work.tx.sql.execute(statement)).all()
    unread = await work.tx.sql.scalar(
        select(func.count()).select_from(tables.notice).where(*mine, columns.read_at.is_(None))
    )
    shown = rows[: query.limit]
    return NoticePage(
        notices=[read_notice(row) for row in shown],
        unread=unread or 0,
        next=write_cursor(shown[-1].at.isoformat(), shown[-1].id) if len(rows) > query.limit else None,
    )


def read_notice(row: Any) -> Notice:
    """A row of `notice` as its reader sees it."""
    return Notice(
        notice_id=row.id,
        kind=row.kind,
        title=row.title,
        body=row.body,
        matter=row.matter,
        task=row.task,
        about=row.about,
        at=row.at,
        read=row.read_at is not None,
    )
