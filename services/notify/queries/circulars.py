"""What the committee's offices told, and how many have read it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_

from chassis.cursor import read_cursor, write_cursor
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.circulars import Circular, Circulars, CircularsAnswer
from tongxin_contracts.words import AudienceKind, NoticeKind


async def circulars(query: Circulars, work: Work) -> CircularsAnswer:
    """The newest first, with the readers counted; two statements, whatever their number."""
    columns = tables.circular.c
    statement = (
        select(tables.circular)
        .where(columns.committee == query.committee)
        .order_by(columns.sent_at.desc(), columns.id.desc())
        .limit(query.limit + 1)
    )
    if query.after:
        at, id_ = read_cursor(query.after, datetime.fromisoformat, UUID)
        statement = statement.where(tuple_(columns.sent_at, columns.id) < tuple_(at, id_))
    found = (await work.tx.sql.execute(statement)).all()
    rows = found[: query.limit]
    read = await _readers([row.id for row in rows], work)
    return CircularsAnswer(
        circulars=[
            Circular(
                circular_id=row.id,
                title=row.title,
                text=row.body,
                audience=AudienceKind(row.audience),
                among=row.among,
                sent_by=row.sent_by,
                sent_at=row.sent_at,
                told=row.told,
                read=read.get(row.id, 0),
            )
            for row in rows
        ],
        next=write_cursor(rows[-1].sent_at.isoformat(), rows[-1].id) if len(found) > query.limit else None,
    )


async def _readers(circular_ids: list[UUID], work: Work) -> dict[UUID, int]:
    notice = tables.notice.c
    counted: Any = await work.tx.sql.execute(
        select(notice.matter, func.count())
        .where(
            notice.kind == NoticeKind.CIRCULAR.value,
            notice.matter.in_(circular_ids),
            notice.read_at.is_not(None),
        )
        .group_by(notice.matter)
    )
    return dict(counted.all())
