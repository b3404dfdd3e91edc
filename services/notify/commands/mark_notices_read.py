"""One's own notices are read."""

from sqlalchemy import update

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.commands import MarkNoticesRead, NoticesRead


async def mark_notices_read(command: MarkNoticesRead, work: Work) -> NoticesRead:
    """Mark them; other people's ids are passed over."""
    columns = tables.notice.c
    mine = (
        columns.person == work.actor.person,
        columns.committee == command.committee,
        columns.read_at.is_(None),
    )
    which = () if command.every else (columns.id.in_(command.notices),)
    done = await work.tx.sql.execute(update(tables.notice).where(*mine, *which).values(read_at=work.now))
    return NoticesRead(read=done.rowcount)
